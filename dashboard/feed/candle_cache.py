"""Price history for the charts of any number of pages, asked for once."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from dashboard.clock import now_ms
from dashboard.domain.market import Candle, Instrument
from dashboard.exchange.exchange_client import ExchangeClient

_FRESH = 2_000
"""Milliseconds for which an answer serves others too: pages ask together, when a candle has closed."""


class CandleCache:
    """Keeps the newest answer for each market and timeframe a moment. Belongs to one event loop."""

    def __init__(self, client: ExchangeClient) -> None:
        self._client = client
        self._answers: dict[tuple[str, str], tuple[int, Sequence[Candle]]] = {}
        self._asking: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def candles(self, instrument: Instrument, timeframe: str) -> Sequence[Candle]:
        """The newest bars, oldest first. Raises ExchangeLacks or ExchangeUnavailable."""
        asked = (instrument.symbol, timeframe)
        async with self._asking[asked]:
            asked_at, answer = self._answers.get(asked, (0, ()))
            if not answer or now_ms() - asked_at > _FRESH:
                answer = await self._client.fetch_candles(instrument, timeframe)
                self._answers[asked] = (now_ms(), answer)
            return answer
