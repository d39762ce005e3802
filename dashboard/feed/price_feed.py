"""PriceFeed: the thread with the event loop in which everything of the exchange runs."""

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
    Transport,
)
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle, Instrument
from dashboard.errors import DashboardError, ExchangeUnavailable, UsageError
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_feed import AccountFeed
from dashboard.feed.candle_cache import CandleCache
from dashboard.feed.market_feed import FeedTimeouts, MarketFeed
from dashboard.feed.retry import retry_until_success
from dashboard.feed.socket_guard import SocketGuard
from dashboard.feed.subscriptions import Subscriptions

log = logging.getLogger(__name__)

_STOPPING = 2.0
"""Seconds that `stop` waits for the thread."""
_TURN = 1.0
"""Seconds between two signs that the event loop turns."""


Emit = Callable[[MarketKey, FeedEvent], None]
"""Receives an event of one market."""


class PriceFeed:
    """Reads markets of one exchange in a thread of its own, and reports to `emit`.

    The main market is the one that the user asked for; those of `follow` come beside it. `emit` is
    called in that thread. The feed never ends by itself: what fails is an event and is tried again,
    longer and longer apart.
    """

    def __init__(
        self,
        client: ExchangeClient,
        symbol: str,
        emit: Emit,
        *,
        exchange: str | None = None,
        account: AccountFeed | None = None,
        patience: FeedTimeouts | None = None,
    ) -> None:
        """`exchange` names the connection, by default the client's id; `account` shares the thread."""
        self._exchange = exchange or client.id
        self._main_key = MarketKey(self._exchange, symbol)
        self._patience = patience or FeedTimeouts()
        self._client = client
        self._symbol = symbol
        self._emit = emit
        self._guard = SocketGuard(client, silence=self._patience.silence, alone=self._patience.first_message)
        self._history = CandleCache(client)
        self._account = account
        self._beside = Subscriptions(self._watch_beside)
        self._wished: frozenset[str] = frozenset()
        self._interval, self._use_websocket = 2_000, True
        self._loop = asyncio.new_event_loop()
        self._main: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None
        self._main_market: Instrument | None = None
        self.opened: Future[Instrument] = Future()
        """The market once it is found, or the first error that kept it from being found."""
        self.current_price: Decimal | None = None
        """The newest last price."""
        self.last_update_time: datetime | None = None
        """When it was received, in UTC."""
        self.turned_at: int | None = None
        """When its event loop last turned (ms, monotonic): one that hangs grows old."""

    def start(self, polling_interval: float = 2.0, use_websocket: bool = True) -> None:
        """Starts the thread, once. `polling_interval` is in seconds."""
        self._interval, self._use_websocket = int(polling_interval * 1000), use_websocket
        self._main = self._loop.create_task(self._run())
        self._thread = threading.Thread(
            target=self._serve, args=(self._main,), name="price-feed", daemon=True
        )
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the thread lives."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Ends the thread and closes its connections. Harmless when it does not run."""
        if self._thread is not None and self._main is not None and self.running:
            self._loop.call_soon_threadsafe(self._main.cancel)
            self._thread.join(_STOPPING)

    def follow(self, symbols: Iterable[str]) -> None:
        """Watches exactly these unified symbols beside the main one. For any thread."""
        self._wished = frozenset(symbols)
        # Each wish in its turn: what was let go for a moment begins anew.
        self._soon(partial(self._follow, self._wished))

    def reconcile(self) -> None:
        """Reads the account now. For any thread."""
        if self._account is not None:
            self._soon(partial(self._account.read_soon, gap=True))

    async def candles(self, timeframe: str, symbol: str | None = None) -> Sequence[Candle]:
        """Price history of the main market or of `symbol`, from any event loop.

        Raises ExchangeLacks or ExchangeUnavailable.
        """
        if self._main_market is None:
            raise ExchangeUnavailable(f"{self._client.id} was not reached yet")
        instrument = self._client.instrument(symbol) if symbol else self._main_market
        work = self._history.candles(instrument, timeframe)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def _soon(self, work: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop was closed: the feed has ended
            self._loop.call_soon_threadsafe(work)

    def _serve(self, main: asyncio.Task[None]) -> None:
        try:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(main)
        except Exception:
            log.exception("the feed has ended, which it never should")
            self._emit(self._main_key, FeedFailed(Transport.POLL, "the feed has ended: see the log"))
        finally:
            self._loop.close()

    async def _turn(self) -> None:
        while True:
            self.turned_at = now_ms()
            await asyncio.sleep(_TURN)

    async def _run(self) -> None:
        turning = asyncio.create_task(self._turn())
        try:
            instrument = await retry_until_success(self._open, self._not_opened)
            self._follow(self._wished)
            prices = self._prices(instrument, self._emit_main)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(prices.run())
                tasks.create_task(retry_until_success(partial(self._read_tiers, instrument, self._emit_main)))
                if self._account is not None:
                    tasks.create_task(self._account.run())
                    tasks.create_task(self._read_after_recovery(prices, self._account))
        finally:
            turning.cancel()
            await self._beside.end()
            try:
                await self._client.close()
            finally:
                if self._account is not None:
                    await self._account.close()

    def _prices(self, instrument: Instrument, emit: Callable[[FeedEvent], None]) -> MarketFeed:
        return MarketFeed(
            self._client,
            instrument,
            emit,
            guard=self._guard,
            interval=self._interval,
            use_websocket=self._use_websocket,
            patience=self._patience,
        )

    def _follow(self, wished: frozenset[str]) -> None:
        """Once the markets are loaded, and whenever others are wished."""
        if self._main_market is not None:
            self._beside.follow(wished - {self._main_market.symbol})

    async def _watch_beside(self, symbol: str) -> None:
        """Tries again where it fails: a market may be new, and known when the list is read again."""
        emit = partial(self._emit_beside, symbol)
        await retry_until_success(
            partial(self._watch_market, symbol, emit), lambda reason: emit(FeedFailed(Transport.POLL, reason))
        )

    async def _watch_market(self, symbol: str, emit: Callable[[FeedEvent], None]) -> None:
        instrument = self._client.instrument(symbol)
        emit(InstrumentResolved(instrument))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._prices(instrument, emit).run())
            tasks.create_task(retry_until_success(partial(self._read_tiers, instrument, emit)))

    def _emit_beside(self, symbol: str, event: FeedEvent) -> None:
        if symbol in self._wished:  # not what was under way when the market was let go
            self._emit(MarketKey(self._exchange, symbol), event)

    async def _read_after_recovery(self, prices: MarketFeed, account: AccountFeed) -> None:
        while True:
            await prices.recovered.wait()
            prices.recovered.clear()
            account.read_soon(gap=True)

    async def _open(self) -> Instrument:
        try:
            instrument = await self._find()
        except Exception as error:
            if not self.opened.done():
                self.opened.set_exception(error)
            raise
        self._main_market = instrument
        self._main_key = MarketKey(self._exchange, instrument.symbol)
        if not self.opened.done():
            self.opened.set_result(instrument)
        return instrument

    async def _find(self) -> Instrument:
        """Finds the market and reads the account for the first time."""
        instrument = await self._client.resolve_instrument(self._symbol)
        self._emit_main(InstrumentResolved(instrument))
        if self._account is not None:
            await self._first_reading(self._account, instrument)
        return instrument

    async def _first_reading(self, account: AccountFeed, instrument: Instrument) -> None:
        """Keys that fail at the start are the user's to mend; later they are a degraded state."""
        try:
            await account.first_reading(instrument)
        except DashboardError as error:
            if isinstance(error, UsageError) and not self.opened.done():
                raise
            account.failed(str(error))

    def _not_opened(self, reason: str) -> None:
        self._emit_main(FeedFailed(Transport.POLL, reason))

    async def _read_tiers(self, instrument: Instrument, emit: Callable[[FeedEvent], None]) -> None:
        with suppress(UsageError):  # not told to everybody: the estimate then assumes a rate
            emit(MarginTiersReceived(await self._client.fetch_margin_tiers(instrument)))

    def _emit_main(self, event: FeedEvent) -> None:
        if isinstance(event, PriceReceived) and event.ticker.last is not None:
            self.current_price = event.ticker.last.value
            self.last_update_time = utc_now()
        self._emit(self._main_key, event)
