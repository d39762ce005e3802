"""Price history for the charts of any number of pages, asked for once."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from dashboard.clock import now_ms
from dashboard.domain.market import Candle
from dashboard.exchange.client import ExchangeClient

_FRESH = 2_000
"""Milliseconds for which an answer serves others too: pages ask together, when a candle has closed."""


class History:
    """Keeps the newest answer for each timeframe a moment. Belongs to one event loop."""

    def __init__(self, client: ExchangeClient) -> None:
        self._client = client
        self._answers: dict[str, tuple[int, Sequence[Candle]]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def candles(self, timeframe: str) -> Sequence[Candle]:
        """The newest bars, oldest first. Raises ExchangeLacks or ExchangeUnavailable."""
        async with self._asking[timeframe]:
            asked_at, answer = self._answers.get(timeframe, (0, ()))
            if not answer or now_ms() - asked_at > _FRESH:
                answer = await self._client.fetch_candles(timeframe)
                self._answers[timeframe] = (now_ms(), answer)
            return answer
