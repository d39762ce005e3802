"""AccountFeed: streams an account's fills and takes snapshots of its positions."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from dashboard.clock import now_ms
from dashboard.domain.events import AccountEvent, AccountFailed, FillsReceived
from dashboard.domain.market import Instrument
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_reader import AccountReader, KnownPositions
from dashboard.feed.backoff import backoff_delays
from dashboard.feed.missed_fill_detector import MissedFillDetector
from dashboard.feed.retry import run_forever


@dataclass(frozen=True, slots=True)
class AccountTimeouts:
    """Intervals and timeouts of the account feed, in seconds."""

    snapshot_interval_s: float = 60.0
    """Between two snapshots while fills are streamed."""
    unstreamed_interval_s: float = 10.0
    """Between two snapshots while fills are not streamed."""
    min_interval_s: float = 2.0
    """Between two snapshots at least, and from a new stream to its first snapshot."""
    settle_s: float = 45.0
    """After this a websocket without failure counts as connected.

    ccxt may wait for 30 s before it connects, and for 10 s while it does.
    """
    fill_delay_s: float = 3.0
    """Maximum delay of a streamed fill. A later one counts as missed."""
    first_retry_s: float = 0.25
    """Delay before the first retry; it doubles with each failure."""


class AccountFeed:
    """Emits the fills and snapshots of one account. Runs in the event loop of the price feed.

    Fills are streamed by the websocket. Snapshots are taken at the start, after each gap of the stream,
    shortly after each fill, once a minute, and on request.
    """

    def __init__(
        self,
        client: AccountClient,
        markets: ExchangeClient,
        emit: Callable[[AccountEvent], None],
        known: KnownPositions,
        *,
        timeouts: AccountTimeouts | None = None,
    ) -> None:
        """`known` are the positions with which snapshots are compared."""
        self._client = client
        self._emit = emit
        self._reader = AccountReader(client, markets, known)
        self._timeouts = timeouts or AccountTimeouts()
        self._delays = partial(backoff_delays, self._timeouts.first_retry_s)
        self._requested = asyncio.Event()
        self._read_at = 0
        self._fills_received_at = 0
        self._detector = MissedFillDetector(max_delay_ms=int(self._timeouts.fill_delay_s * 1000))
        self._settled = False
        self._stream_problem = None if client.can_watch_fills else "the exchange does not stream fills"

    async def first_snapshot(self, main: Instrument) -> None:
        """Takes the first snapshot. Raises a UsageError for unusable credentials, or ExchangeUnavailable."""
        self._reader.main = main
        await self._take_snapshot()

    async def run(self) -> None:
        """Streams fills and takes snapshots until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(
                run_forever(self._wait_and_take_snapshot, self._snapshot_failed, delays=self._delays)
            )
            if self._client.can_watch_fills:
                stream = run_forever(
                    self._stream_fills,
                    self._stream_failed,
                    progress=lambda: self._fills_received_at,
                    delays=self._delays,
                )
                tasks.create_task(stream)

    def request_snapshot(self, *, after_gap: bool = False) -> None:
        """Requests a snapshot before it is due. `after_gap` fetches the history of fills too."""
        self._reader.after_gap = self._reader.after_gap or after_gap
        self._requested.set()

    def report_failure(self, reason: str) -> None:
        """Emits a failure. The known positions stay unchanged."""
        self._emit(AccountFailed(reason))

    async def close(self) -> None:
        """Closes the account's connections."""
        await self._client.close()

    async def _stream_fills(self) -> None:
        """Receives fills. Must not await anything else in the loop: it would delay the next fills."""
        loop = asyncio.get_running_loop()
        request_after_gap = partial(self.request_snapshot, after_gap=True)
        request_after_gap()
        # Fills may be missed until the subscription is complete.
        timers = (
            loop.call_later(self._timeouts.min_interval_s, request_after_gap),
            loop.call_later(self._timeouts.settle_s, self._settle),
        )
        try:
            while True:
                fills = await self._client.watch_fills()
                self._stream_problem, self._fills_received_at = None, now_ms()
                if fills:
                    self._detector.add_streamed(fills)
                    self._emit(FillsReceived(fills))
                    # Leverage and liquidation price have changed too.
                    loop.call_later(self._timeouts.min_interval_s / 4, self.request_snapshot)
        finally:
            self._settled = False
            self._detector.stream_lost()
            for timer in timers:
                timer.cancel()

    def _settle(self) -> None:
        """The websocket is connected, even if no fill has arrived."""
        self._settled = True
        if self._stream_problem is not None:
            self._stream_problem = None
            self.request_snapshot(after_gap=True)

    def _stream_failed(self, reason: str) -> None:
        self._client.reset_websockets()
        self._stream_problem = f"fills are not streamed: {reason}"
        self.report_failure(self._stream_problem)
        self.request_snapshot(after_gap=True)

    def _snapshot_failed(self, reason: str) -> None:
        self.report_failure(reason)
        self._requested.set()  # retried after the backoff delay alone

    async def _wait_and_take_snapshot(self) -> None:
        timeouts = self._timeouts
        interval_s = timeouts.unstreamed_interval_s if self._stream_problem else timeouts.snapshot_interval_s
        with suppress(TimeoutError):
            async with asyncio.timeout(interval_s):
                await self._requested.wait()
        if self._read_at:
            await asyncio.sleep(max(0.0, timeouts.min_interval_s - (now_ms() - self._read_at) / 1000))
        self._requested.clear()
        await self._take_snapshot()

    async def _take_snapshot(self) -> None:
        self._read_at = now_ms()
        snapshot = await self._reader.read()
        self._emit(replace(snapshot, problem=self._stream_problem))
        if snapshot.inconsistent_symbols:
            self.request_snapshot()
        if self._settled and self._detector.misses_fill(snapshot):
            self._client.reset_websockets()  # connected, but fills are missing
