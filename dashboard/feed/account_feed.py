"""AccountFeed: an account's fills as they happen, and its positions now and again."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from dashboard.clock import now_ms
from dashboard.domain.events import AccountEvent, AccountFailed, FillsReceived
from dashboard.domain.market import Instrument
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_reader import AccountReader, KnownPositions
from dashboard.feed.missed_fill_detector import MissedFillDetector
from dashboard.feed.retry import run_forever

log = logging.getLogger(__name__)

_EVERY = 60.0
"""Seconds between two readings while fills are heard."""
_EVERY_UNHEARD = 10.0
"""The same while they are not."""
_PAUSE = 2.0
"""Seconds between two readings at least, and from a new stream to the reading that it needs."""
_SETTLED = 45.0
"""Seconds after which a websocket that did not fail is up: ccxt waits for up to 30 before it connects, and
for 10 while it does.
"""


class AccountFeed:
    """Reports to `emit` what the account does and holds. Belongs to the feed's loop.

    Fills come by the websocket. A reading follows at the start, after each gap of that stream, a
    little after each fill, each minute, and on demand.
    """

    def __init__(
        self,
        client: AccountClient,
        markets: ExchangeClient,
        emit: Callable[[AccountEvent], None],
        book: KnownPositions,
        *,
        pause: float = _PAUSE,
        settled: float = _SETTLED,
    ) -> None:
        """`pause` is the least time in seconds between two readings, and the time that a new stream gets
        before fills are asked for once more; after `settled` seconds it counts as up.
        """
        self._client = client
        self._emit = emit
        self._reader = AccountReader(client, markets, book)
        self._pause = pause
        self._settled_after = settled
        self._wanted = asyncio.Event()
        self._read_at = 0
        self._heard_at = 0
        self._heard = MissedFillDetector()
        self._settled = False
        self._silence: str | None = None if client.can_watch_fills else "fills cannot be streamed"

    async def first_reading(self, main: Instrument) -> None:
        """Reads once. Raises a UsageError where the keys cannot be used, or ExchangeUnavailable."""
        self._reader.main = main
        await self._read()

    async def run(self) -> None:
        """Listens and reads until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_forever(self._wait_and_read, self._not_read))
            if self._client.can_watch_fills:
                tasks.create_task(run_forever(self._listen, self._not_heard, progress=lambda: self._heard_at))

    def read_soon(self, *, gap: bool = False) -> None:
        """Asks for a reading before its time; after a `gap` the fills are asked for, too."""
        self._reader.gap = self._reader.gap or gap
        self._wanted.set()

    def failed(self, reason: str) -> None:
        """A reading failed, which says nothing of the positions."""
        self._emit(AccountFailed(reason))

    async def close(self) -> None:
        """Closes the account's connections."""
        await self._client.close()

    async def _listen(self) -> None:
        """Hears fills. Nothing may be awaited between two calls: what comes then is told late."""
        loop = asyncio.get_running_loop()
        self.read_soon(gap=True)
        # The subscription takes a moment, in which a fill may be missed.
        later = (
            loop.call_later(self._pause, lambda: self.read_soon(gap=True)),
            loop.call_later(self._settled_after, self._settle),
        )
        try:
            while True:
                fills = await self._client.watch_fills()
                self._silence, self._heard_at = None, now_ms()
                if fills:
                    self._heard.told(fills)
                    self._emit(FillsReceived(fills))
                    # Leverage and liquidation prices have changed, too.
                    loop.call_later(self._pause / 4, self.read_soon)
        finally:
            self._settled = False
            self._heard.lost_touch()
            for timer in later:
                timer.cancel()

    def _settle(self) -> None:
        """The websocket is up, though it may have nothing to tell for hours."""
        self._settled = True
        if self._silence is not None:
            self._silence = None
            self.read_soon(gap=True)

    def _not_heard(self, reason: str) -> None:
        self._client.reset_websockets()
        self._silence = f"fills are not heard: {reason}"
        self.failed(self._silence)
        self.read_soon(gap=True)

    def _not_read(self, reason: str) -> None:
        self.failed(reason)
        self._wanted.set()  # at once, but for the growing waits in between

    async def _wait_and_read(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_EVERY_UNHEARD if self._silence else _EVERY):
                await self._wanted.wait()
        await asyncio.sleep(max(0.0, self._pause - (now_ms() - self._read_at) / 1000) if self._read_at else 0)
        self._wanted.clear()
        await self._read()

    async def _read(self) -> None:
        self._read_at = now_ms()
        reading = await self._reader.read()
        self._emit(replace(reading, problem=self._silence))
        if reading.inconsistent_symbols:
            self.read_soon()
        if self._settled and self._heard.lack(reading):
            self._client.reset_websockets()  # connected, but deaf
