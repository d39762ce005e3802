"""PriceFeed: the thread whose event loop runs all communication with the exchange."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import partial

from dashboard.clock import now_ms, utc_now
from dashboard.domain.events import (
    FeedEvent,
    FeedFailed,
    InstrumentResolved,
    MarginTiersReceived,
    PriceReceived,
    SupplementalPrice,
    Transport,
)
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle, Instrument
from dashboard.errors import ExchangeUnavailable, UsageError
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_feed import AccountFeed
from dashboard.feed.backoff import backoff_delays
from dashboard.feed.candle_cache import CandleCache
from dashboard.feed.market_feed import FeedTimeouts, MarketFeed
from dashboard.feed.retry import retry_until_success
from dashboard.feed.socket_guard import SocketGuard
from dashboard.feed.subscriptions import Subscriptions

log = logging.getLogger(__name__)

_STOP_TIMEOUT_S = 2.0
"""The time that `stop` waits for the thread."""
_HEARTBEAT_INTERVAL_S = 1.0


Emit = Callable[[MarketKey, FeedEvent], None]
"""Receives an event of one market."""


class PriceFeed:
    """Reads markets of one exchange in its own thread and reports events to `emit`.

    The main market is chosen by the user; others are added by `set_watched_markets`. `emit` is called in
    the feed's thread. The feed runs until stopped: failures are reported as events and retried with
    growing delays.
    """

    def __init__(
        self,
        client: ExchangeClient,
        symbol: str,
        emit: Emit,
        *,
        exchange: str | None = None,
        account: AccountFeed | None = None,
        timeouts: FeedTimeouts | None = None,
    ) -> None:
        """`exchange` names the connection, by default the client's id. `account` runs in the same thread."""
        self._exchange = exchange or client.id
        self._main_key = MarketKey(self._exchange, symbol)
        self._timeouts = timeouts or FeedTimeouts()
        self._delays = partial(backoff_delays, self._timeouts.first_retry_s)
        self._client = client
        self._symbol = symbol
        self._emit = emit
        self._guard = SocketGuard(
            client,
            silence_ms=self._timeouts.silence_ms,
            first_wait_ms=self._timeouts.single_reset_wait_ms,
        )
        self._candle_cache = CandleCache(client)
        self._account = account
        self._subscriptions = Subscriptions(self._watch_market)
        self._watched: frozenset[str] = frozenset()
        self._polling_interval_ms, self._use_websocket = 2_000, True
        self._loop = asyncio.new_event_loop()
        self._main_task: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None
        self._main_market: Instrument | None = None
        self.first_connection: Future[Instrument] = Future()
        """The main market once it is found and the account was read, or the error of the first attempt."""
        self.current_price: Decimal | None = None
        """The newest last price of the main market."""
        self.last_update_time: datetime | None = None
        """The time at which it was received, in UTC."""
        self.last_heartbeat_at: int | None = None
        """The last iteration of the event loop (ms, monotonic): its age shows a blocked loop."""

    def start(self, polling_interval: float = 2.0, use_websocket: bool = True) -> None:
        """Starts the thread, once. `polling_interval` is in seconds."""
        self._polling_interval_ms, self._use_websocket = int(polling_interval * 1000), use_websocket
        self._main_task = self._loop.create_task(self._run())
        self._thread = threading.Thread(
            target=self._run_loop, args=(self._main_task,), name="price-feed", daemon=True
        )
        self._thread.start()

    @property
    def running(self) -> bool:
        """True while the thread is alive."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Stops the thread and closes its connections. Has no effect if it is not running; never raises."""
        if self._thread is None or self._main_task is None:
            return
        self._call_in_loop(self._main_task.cancel)
        if self._thread is not threading.current_thread():  # a listener may call `stop`
            self._thread.join(_STOP_TIMEOUT_S)

    def set_watched_markets(self, symbols: Iterable[str]) -> None:
        """Watches exactly these unified symbols, in addition to the main market. Thread-safe."""
        self._watched = frozenset(symbols)
        # Each call is applied in order: a market removed and added again is resolved again.
        self._call_in_loop(partial(self._update_subscriptions, self._watched))

    def reconcile(self) -> None:
        """Requests a snapshot of the account now. Thread-safe."""
        if self._account is not None:
            self._call_in_loop(partial(self._account.request_snapshot, after_gap=True))

    def read_positions(self) -> None:
        """Requests a snapshot of the account, with history only where it differs. Thread-safe."""
        if self._account is not None:
            self._call_in_loop(self._account.request_snapshot)

    async def candles(self, timeframe: str, symbol: str | None = None) -> Sequence[Candle]:
        """Returns candles of the main market or of `symbol`. May be awaited in any event loop.

        Raises ExchangeLacks or ExchangeUnavailable.
        """
        if self._main_market is None:
            raise ExchangeUnavailable(f"{self._client.id} is not connected yet; retry in a moment")
        if self._loop.is_closed():
            raise ExchangeUnavailable(f"{self._client.id}: the feed has stopped; restart it")
        instrument = self._client.instrument(symbol) if symbol else self._main_market
        work = self._candle_cache.candles(instrument, timeframe)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def _call_in_loop(self, callback: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the feed has stopped
            self._loop.call_soon_threadsafe(callback)

    def _run_loop(self, main_task: asyncio.Task[None]) -> None:
        try:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(main_task)
        except Exception:
            log.exception("the feed has stopped unexpectedly: restart the process")
            self._emit(
                self._main_key, FeedFailed(Transport.POLL, "the feed has stopped unexpectedly: see the log")
            )
        finally:
            self._loop.close()

    async def _record_heartbeats(self) -> None:
        while True:
            self.last_heartbeat_at = now_ms()
            await asyncio.sleep(_HEARTBEAT_INTERVAL_S)

    async def _run(self) -> None:
        heartbeats = asyncio.create_task(self._record_heartbeats())
        try:
            instrument = await retry_until_success(self._connect, self._connect_failed, delays=self._delays)
            self._update_subscriptions(self._watched)
            prices = self._market_feed(instrument, self._emit_main)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(prices.run())
                tasks.create_task(self._read_margin_tiers(instrument, self._emit_main))
                if self._account is not None:
                    tasks.create_task(self._account.run(instrument))
                    tasks.create_task(self._request_snapshots_after_recovery(prices, self._account))
        finally:
            heartbeats.cancel()
            await self._subscriptions.close()
            try:
                await self._client.close()
            finally:
                if self._account is not None:
                    await self._account.close()

    def _market_feed(self, instrument: Instrument, emit: Callable[[FeedEvent], None]) -> MarketFeed:
        return MarketFeed(
            self._client,
            instrument,
            emit,
            guard=self._guard,
            polling_interval_ms=self._polling_interval_ms,
            use_websocket=self._use_websocket,
            timeouts=self._timeouts,
        )

    def _update_subscriptions(self, symbols: frozenset[str]) -> None:
        """Applies the watched symbols, once the markets are loaded."""
        if self._main_market is not None:
            self._subscriptions.set_symbols(symbols - {self._main_market.symbol})

    async def _watch_market(self, symbol: str) -> None:
        """Watches an additional market. Retries: a new market is known after the next list of markets."""
        emit = partial(self._emit_if_watched, symbol)
        await retry_until_success(
            partial(self._watch_listed_market, symbol, emit),
            lambda reason: emit(FeedFailed(Transport.POLL, reason)),
            delays=self._delays,
        )

    async def _watch_listed_market(self, symbol: str, emit: Callable[[FeedEvent], None]) -> None:
        instrument = self._client.instrument(symbol)
        emit(InstrumentResolved(instrument))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._market_feed(instrument, emit).run())
            tasks.create_task(self._read_margin_tiers(instrument, emit))

    def _emit_if_watched(self, symbol: str, event: FeedEvent) -> None:
        if symbol in self._watched:  # drops events that were pending when the market was removed
            self._emit(MarketKey(self._exchange, symbol), event)

    async def _request_snapshots_after_recovery(self, prices: MarketFeed, account: AccountFeed) -> None:
        while True:
            await prices.recovered.wait()
            prices.recovered.clear()
            account.request_snapshot(after_gap=True)

    async def _connect(self) -> Instrument:
        try:
            instrument = await self._client.resolve_instrument(self._symbol)
        except Exception as error:
            if not self.first_connection.done():
                self.first_connection.set_exception(error)
            raise
        self._emit_main(InstrumentResolved(instrument))
        self._main_market = instrument
        self._main_key = MarketKey(self._exchange, instrument.symbol)
        if self._account is None:
            self._report_connection(instrument, None)
        else:
            self._account.first_reading.add_done_callback(
                lambda reading: self._report_connection(instrument, reading.exception())
            )
        return instrument

    def _report_connection(self, instrument: Instrument, error: BaseException | None) -> None:
        """Completes `first_connection`. Errors of the account count if the user must correct them."""
        if self.first_connection.done():
            return
        if isinstance(error, UsageError):
            self.first_connection.set_exception(error)
        else:
            self.first_connection.set_result(instrument)

    def _connect_failed(self, reason: str) -> None:
        self._emit_main(FeedFailed(Transport.POLL, reason))

    async def _read_margin_tiers(self, instrument: Instrument, emit: Callable[[FeedEvent], None]) -> None:
        await retry_until_success(partial(self._emit_margin_tiers, instrument, emit), delays=self._delays)

    async def _emit_margin_tiers(self, instrument: Instrument, emit: Callable[[FeedEvent], None]) -> None:
        with suppress(UsageError):  # private on some exchanges: the estimate then assumes a rate
            emit(MarginTiersReceived(await self._client.fetch_margin_tiers(instrument)))

    def _emit_main(self, event: FeedEvent) -> None:
        if isinstance(event, PriceReceived | SupplementalPrice) and event.ticker.last is not None:
            self.current_price = event.ticker.last.value
            self.last_update_time = utc_now()
        self._emit(self._main_key, event)
