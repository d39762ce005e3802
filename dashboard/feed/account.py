"""Reads the account's positions of one instrument, now and again."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from dashboard.clock import now_ms
from dashboard.domain.events import FeedEvent, PositionsFailed, PositionsRead
from dashboard.domain.market import Instrument
from dashboard.exchange.client import ExchangeClient
from dashboard.feed.keep_going import keep_going

_EVERY = 60.0
"""Seconds between two reads."""


class Account:
    """Feeds `emit` with PositionsRead and PositionsFailed."""

    def __init__(
        self,
        client: ExchangeClient,
        instrument: Instrument,
        emit: Callable[[FeedEvent], None],
        recovered: asyncio.Event | None = None,
    ) -> None:
        """`recovered` is set by others when a read is worth while before its time."""
        self._client = client
        self._instrument = instrument
        self._emit = emit
        self._recovered = recovered or asyncio.Event()

    async def run(self) -> None:
        """Reads every minute, and at once when the feed recovered."""
        await keep_going(self._wait_and_read, self._failed)

    async def read(self) -> None:
        """Reads once. Raises CredentialError, ExchangeLacks or ExchangeUnavailable."""
        positions = await self._client.fetch_positions(self._instrument)
        self._emit(PositionsRead(now_ms(), positions))

    async def _wait_and_read(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._recovered.wait(), _EVERY)
        await self.read()
        self._recovered.clear()

    def _failed(self, reason: str) -> None:
        self._emit(PositionsFailed(reason))
