"""Candles for the charts of any number of pages, with one request for all of them."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from dashboard.clock import now_ms
from dashboard.domain.market import Candle, Instrument
from dashboard.exchange.exchange_client import ExchangeClient

_MAX_AGE_MS = 2_000
"""The lifetime of a cached response: all pages request candles at once when a candle closes."""


class CandleCache:
    """Caches the newest response for each market and timeframe. Runs in one event loop."""

    def __init__(self, client: ExchangeClient) -> None:
        self._client = client
        self._responses: dict[tuple[str, str], tuple[int, Sequence[Candle]]] = {}
        self._locks: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def candles(self, instrument: Instrument, timeframe: str) -> Sequence[Candle]:
        """Returns the newest candles, oldest first. Raises ExchangeLacks or ExchangeUnavailable."""
        self._client.require_candles(timeframe)  # before a lock is kept for it
        key = (instrument.symbol, timeframe)
        async with self._locks[key]:
            fetched_at, candles = self._responses.get(key, (0, ()))
            if not candles or now_ms() - fetched_at > _MAX_AGE_MS:
                candles = await self._client.fetch_candles(instrument, timeframe)
                self._responses[key] = (now_ms(), candles)
            return candles
