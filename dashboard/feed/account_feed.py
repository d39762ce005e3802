"""AccountFeed: streams an account's fills and takes snapshots of its positions."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from functools import partial

from dashboard.clock import now_ms
from dashboard.domain.events import AccountEvent, AccountFailed, AccountSnapshot, FillsReceived
from dashboard.domain.market import Instrument
from dashboard.domain.unread_part import UnreadPart
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_reader import AccountReader, KnownPositions
from dashboard.feed.account_timeouts import AccountTimeouts
from dashboard.feed.backoff import backoff_delays
from dashboard.feed.missed_fill_detector import MissedFillDetector
from dashboard.feed.retry import logged_reason, run_forever


class AccountFeed:
    """Emits the fills and snapshots of one account. Runs in the event loop of the price feed.

    Fills are streamed by the websocket. Snapshots are taken at the start, after each gap of the stream,
    shortly after each fill, once a minute, and on request. The history of fills is read in the background.
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
        timeouts = self._timeouts = timeouts or AccountTimeouts()
        self._client = client
        self._known = known
        self._emit = emit
        self._delays = partial(backoff_delays, timeouts.first_retry_s)
        self._reader = AccountReader(
            client,
            markets,
            known,
            timeouts=timeouts,
            on_history=self._on_history,
        )
        self._requested = asyncio.Event()
        self._is_reading = False
        self._read_at = 0
        self._fills_received_at = 0
        self._detector = MissedFillDetector(max_delay_ms=int(timeouts.fill_delay_s * 1000))
        self._settled = False
        self._stream_problem = None if client.can_watch_fills else "the exchange does not stream fills"
        self._missing: tuple[tuple[UnreadPart, ...], str | None] = ((), None)
        """Parts of the account, and of its history, that the newest snapshot lacks."""
        self._unread_delays = self._new_unread_delays()
        self._interval_s = timeouts.snapshot_interval_s
        self.first_reading: Future[None] = Future()
        """Done after the first attempt to read the account, with the error if it failed."""

    async def run(self, main: Instrument) -> None:
        """Streams fills and takes snapshots until cancelled. `main` is requested by its symbol, too."""
        self._reader.main = main
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_forever(self._reader.history.run, self.report_failure, delays=self._delays))
            # Fills are streamed after it: until then there is no position that they could change.
            await self._take_first_snapshot()
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

    async def _take_first_snapshot(self) -> None:
        try:
            await self._take_snapshot()
        except Exception as error:
            self._snapshot_failed(logged_reason(error))
            self.first_reading.set_exception(error)
        else:
            self.first_reading.set_result(None)

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
                streamed = await self._client.watch_fills()
                self._stream_problem, self._fills_received_at = None, now_ms()
                if streamed.fills:
                    self._detector.add_streamed(streamed.fills)
                    self._emit(FillsReceived(streamed.fills))
                if streamed.unread:
                    self._detector.stream_lost()  # these fills will be missing among the streamed ones
                    self._reader.doubt(frozenset().union(*(part.symbols for part in streamed.unread)))
                if streamed.fills or streamed.unread:
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

    def _on_history(self) -> None:
        """Takes a snapshot at once for history that was read after the newest one."""
        if not self._is_reading:
            self._read_at = 0
            self.request_snapshot()

    async def _wait_and_take_snapshot(self) -> None:
        timeouts = self._timeouts
        with suppress(TimeoutError):
            async with asyncio.timeout(
                timeouts.unstreamed_interval_s if self._stream_problem else self._interval_s
            ):
                await self._requested.wait()
        if self._read_at:
            await asyncio.sleep(max(0.0, timeouts.min_interval_s - (now_ms() - self._read_at) / 1000))
        self._requested.clear()
        await self._take_snapshot()

    async def _take_snapshot(self) -> None:
        self._read_at, self._is_reading = now_ms(), True
        try:
            snapshot = await self._reader.read()
        finally:
            self._is_reading = False
        self._emit(replace(snapshot, problem=self._stream_problem))
        self._reader.confirm()
        self._plan_next(snapshot)
        if self._settled and self._detector.misses_fill(snapshot):
            self._client.reset_websockets()  # connected, but fills are missing

    def _plan_next(self, snapshot: AccountSnapshot) -> None:
        """Sets the interval to the next snapshot.

        It is shorter at first while a part of the account is unread, and ends once recent fills are certainly
        among the positions.
        """
        if snapshot.inconsistent_symbols:
            self.request_snapshot()
        missing = (snapshot.unread, snapshot.history)
        if missing != self._missing:
            self._missing, self._unread_delays = missing, self._new_unread_delays()
        is_all, settles_in_ms = missing == ((), None), self._known.settles_in_ms()
        interval_s = self._timeouts.snapshot_interval_s if is_all else next(self._unread_delays)
        self._interval_s = interval_s if settles_in_ms is None else min(interval_s, settles_in_ms / 1000)

    def _new_unread_delays(self) -> Iterator[float]:
        return backoff_delays(self._timeouts.unstreamed_interval_s, self._timeouts.snapshot_interval_s)
