"""A real feed with a real ccxt client connected to the demo exchange, and the resulting live state."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event
from types import TracebackType
from typing import Any

from dashboard.app.event_router import EventRouter
from dashboard.clock import now_ms
from dashboard.demo.demo_exchange import DemoExchange
from dashboard.demo.thread import DemoThread
from dashboard.domain.events import AccountEvent, FeedEvent
from dashboard.domain.feed_state import FeedState
from dashboard.domain.keys import MarketKey
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_feed import AccountFeed
from dashboard.feed.account_timeouts import AccountTimeouts
from dashboard.feed.market_feed import FeedTimeouts
from dashboard.feed.price_feed import PriceFeed
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import AccountHealth, LivePosition
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets
from dashboard.state.runtime import MarketSnapshot
from tests.waiting import TIMEOUT_S

FAST = FeedTimeouts(head_start_ms=150, silence_ms=400, first_message_ms=700, first_retry_s=0.05)
"""Detects faults quickly. On a busy machine these timeouts also expire without a fault."""
PATIENT = FeedTimeouts(head_start_ms=150, silence_ms=400, first_message_ms=20_000, first_retry_s=0.05)
"""Reports no failure without a fault, however busy the machine: silence causes a request only."""
PATIENT_REQUESTS = {"timeout": 20_000}
"""The option of ccxt that goes with PATIENT."""
ACCOUNT_TIMEOUTS = AccountTimeouts(
    min_interval_s=0.1,
    settle_s=0.3,
    fill_delay_s=0.0,
    first_retry_s=0.05,
    first_history_wait_s=20.0,
    history_wait_s=20.0,
)
"""Waits for the history until it was read or has failed, however busy the machine."""
EXCHANGE, ACCOUNT = "bitget", "test"


class FeedHarness(AbstractContextManager["FeedHarness"]):
    """Starts the exchange at once and the feed by `start`; stops both at the end."""

    def __init__(self, *, tick_interval_s: float | None = 0.03) -> None:
        self.demo = DemoThread(DemoExchange(tick_interval_s=tick_interval_s))
        self.demo.start()
        self.exchange = self.demo.exchange
        self.markets = Markets(MarketKey(EXCHANGE, "BTCUSDT"), 200)
        self.runtime = self.markets.main
        self.states: list[FeedState] = []
        self.events: list[tuple[MarketKey, FeedEvent]] = []
        self.account_events: list[AccountEvent] = []
        self._changed = Event()
        self.book = LiveBook(self.markets)
        self.tracker = PositionTracker(ACCOUNT, self.book, EXCHANGE)
        self.router = EventRouter(self.markets, self.book)
        self.runtime.register(self._record_state)
        self.feed: PriceFeed | None = None
        self.account: AccountFeed | None = None
        self._snapshots_in_progress = 0

    def start(
        self,
        symbol: str = "BTCUSDT",
        *,
        use_websocket: bool = True,
        account: bool = False,
        timeouts: FeedTimeouts = FAST,
        account_timeouts: AccountTimeouts = ACCOUNT_TIMEOUTS,
        **config: Any,
    ) -> PriceFeed:
        """Starts a feed that polls every 0.2 s. `config` has further options of ccxt."""
        self._symbol = symbol
        options = {"timeout": 500, "enableRateLimit": False, "timeout_on_exit": 20}
        credentials = Credentials("bitget", config=self.exchange.ccxt_config() | options | config)
        client = ExchangeClient(credentials)
        if account:
            self.account = self._account_feed(credentials, client, account_timeouts)
        self.feed = self.router.feeds[EXCHANGE] = PriceFeed(
            client, symbol, self._emit, account=self.account, timeouts=timeouts
        )
        self.feed.start(0.2, use_websocket)
        return self.feed

    def until(self, condition: Callable[[MarketSnapshot], object]) -> MarketSnapshot:
        """Waits until `condition` is true for the newest snapshot, and returns it."""
        deadline = now_ms() + TIMEOUT_S * 1000
        while not condition(snapshot := self.runtime.snapshot):
            assert now_ms() < deadline, f"after {TIMEOUT_S} s: {snapshot.health}"
            self._changed.wait(0.02)  # the exchange does not report its own changes
            self._changed.clear()
        return snapshot

    @property
    def health(self) -> AccountHealth:
        """The state of the account's readings."""
        return self.book.accounts[ACCOUNT]

    @property
    def open(self) -> dict[str, LivePosition]:
        """The open positions by label."""
        return {self.book.labels.label(key): live for key, live in self.tracker.get_all_positions().items()}

    @property
    def known(self) -> dict[str, LivePosition]:
        """The same with the flat ones."""
        return {self.book.labels.label(key): live for key, live in self.book.all_known().items()}

    def until_state(self, state: FeedState) -> MarketSnapshot:
        """Waits until the feed's state is `state`."""
        return self.until(lambda snapshot: snapshot.health.state_at(now_ms()) is state)

    def until_new_price(self) -> MarketSnapshot:
        """Waits for a price received after this call."""
        since = now_ms()
        return self.until(lambda snapshot: (snapshot.health.received_at or 0) > since)

    def until_account_idle(self) -> None:
        """Waits until fills are streamed, and no snapshot of the account is requested or in progress."""
        account = self.account

        async def is_idle() -> bool:  # in the feed's loop, between two steps of its tasks
            requested = account._requested.is_set() or self._snapshots_in_progress
            return account._settled and not requested

        self.until(lambda _: asyncio.run_coroutine_threadsafe(is_idle(), self.feed._loop).result(TIMEOUT_S))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.feed is not None:
            self.feed.stop()
        self.demo.stop()

    def _account_feed(
        self, credentials: Credentials, client: ExchangeClient, timeouts: AccountTimeouts
    ) -> AccountFeed:
        feed = AccountFeed(
            AccountClient(credentials, client), client, self._emit_account, self.tracker, timeouts=timeouts
        )
        read = feed._reader.read

        async def counted_read() -> Any:
            self._snapshots_in_progress += 1
            try:
                return await read()
            finally:
                self._snapshots_in_progress -= 1

        feed._reader.read = counted_read  # type: ignore[method-assign]
        return feed

    def _emit(self, key: MarketKey, event: FeedEvent) -> None:
        self.events.append((key, event))
        # A test may start with a symbol other than that of the markets.
        requested = self.markets.requested_key
        self.router.market(requested if key.symbol == self._symbol else key, event)

    def _emit_account(self, event: AccountEvent) -> None:
        self.router.account(self.tracker, event)
        self.account_events.append(event)

    def _record_state(self, snapshot: MarketSnapshot) -> None:
        self.states.append(snapshot.health.state)
        self._changed.set()
