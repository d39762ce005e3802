"""PriceFeed: the thread with the event loop in which everything of the exchange runs."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

from dashboard.domain.events import Failed, FeedEvent, PositionsFailed, Received, Resolved, Route, TiersRead
from dashboard.domain.market import Candle, Instrument
from dashboard.errors import DashboardError, ExchangeUnavailable, UsageError
from dashboard.exchange.client import ExchangeClient
from dashboard.feed.account import Account
from dashboard.feed.history import History
from dashboard.feed.keep_going import until_it_works
from dashboard.feed.prices import Patience, Prices

log = logging.getLogger(__name__)

_STOPPING = 2.0
"""Seconds that `stop` waits for the thread."""


class PriceFeed:
    """Reads one market of one exchange in a thread of its own, and reports to `emit`.

    `emit` is called in that thread. The feed never ends by itself: what fails is an event and is
    tried again, longer and longer apart.
    """

    def __init__(
        self,
        client: ExchangeClient,
        symbol: str,
        emit: Callable[[FeedEvent], None],
        *,
        read_account: bool = False,
        patience: Patience | None = None,
    ) -> None:
        """`read_account`: whether to read the account's positions too."""
        self._patience = patience or Patience()
        self._client = client
        self._symbol = symbol
        self._announce = emit
        self._history = History(client)
        self._read_account = read_account
        self._loop = asyncio.new_event_loop()
        self._main: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None
        self._found = False
        self.opened: Future[Instrument] = Future()
        """The market once it is found, or the first error that kept it from being found."""
        self.current_price: Decimal | None = None
        """The newest last price."""
        self.last_update_time: datetime | None = None
        """When it was received, in UTC."""

    def start(self, polling_interval: float = 2.0, use_websocket: bool = True) -> None:
        """Starts the thread, once. `polling_interval` is in seconds."""
        self._main = self._loop.create_task(self._run(int(polling_interval * 1000), use_websocket))
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

    async def candles(self, timeframe: str) -> Sequence[Candle]:
        """Price history, from any event loop. Raises ExchangeLacks or ExchangeUnavailable."""
        if not self._found:
            raise ExchangeUnavailable(f"{self._client.id} was not reached yet")
        work = self._history.candles(timeframe)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def _serve(self, main: asyncio.Task[None]) -> None:
        try:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(main)
        except Exception:
            log.exception("the feed has ended, which it never should")
            self._announce(Failed(Route.POLL, "the feed has ended: see the log"))
        finally:
            self._loop.close()

    async def _run(self, interval: int, use_websocket: bool) -> None:
        try:
            instrument = await until_it_works(self._open, self._not_opened)
            prices = Prices(
                self._client,
                self._emit,
                interval=interval,
                use_websocket=use_websocket,
                patience=self._patience,
            )
            account = Account(self._client, instrument, self._emit, prices.recovered)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(prices.run())
                tasks.create_task(until_it_works(self._read_tiers))
                if self._read_account:
                    tasks.create_task(account.run())
        finally:
            await self._client.close()

    async def _open(self) -> Instrument:
        try:
            instrument = await self._find()
        except Exception as error:
            if not self.opened.done():
                self.opened.set_exception(error)
            raise
        self._found = True
        if not self.opened.done():
            self.opened.set_result(instrument)
        return instrument

    async def _find(self) -> Instrument:
        """Finds the market and reads the account for the first time."""
        instrument = await self._client.open(self._symbol)
        self._emit(Resolved(instrument))
        if self._read_account:
            await self._first_read(instrument)
        return instrument

    async def _first_read(self, instrument: Instrument) -> None:
        """Keys that fail at the start are the user's to mend; later they are a degraded state."""
        try:
            await Account(self._client, instrument, self._emit).read()
        except DashboardError as error:
            if isinstance(error, UsageError) and not self.opened.done():
                raise
            self._emit(PositionsFailed(str(error)))

    def _not_opened(self, reason: str) -> None:
        self._emit(Failed(Route.POLL, reason))

    async def _read_tiers(self) -> None:
        with suppress(UsageError):  # not told to everybody: the estimate then assumes a rate
            self._emit(TiersRead(await self._client.fetch_tiers()))

    def _emit(self, event: FeedEvent) -> None:
        if isinstance(event, Received) and event.ticker.last is not None:
            self.current_price = event.ticker.last.value
            self.last_update_time = datetime.now(UTC)
        self._announce(event)
