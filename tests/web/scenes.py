"""Scene: a context for tests of the page, with markets and positions that the test changes."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from dashboard.app.context import AppContext, EngineInfo
from dashboard.clock import now_ms
from dashboard.domain.environment import Environment
from dashboard.domain.events import (
    AccountEvent,
    AccountSnapshot,
    FeedEvent,
    InstrumentResolved,
    PriceReceived,
    Transport,
)
from dashboard.domain.keys import MarketKey
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.market import Candle, Instrument, Quote, Ticker
from dashboard.domain.position import Position
from dashboard.domain.position_selection import ManualEntry
from dashboard.errors import DashboardError
from dashboard.positions.live_book import LiveBook
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets
from dashboard.state.runtime import MarketSnapshot
from dashboard.web.views.card_views import View
from dashboard.web.views.market_view import market_view
from dashboard.web.views.page_view import PageView
from dashboard.web.views.selected_position import SelectedPosition, select
from tests.domain.builders import instrument

REQUESTED = MarketKey("bitget", "BTCUSDT")
BTC = replace(instrument(), price_step=Decimal("0.1"))
LONG = {
    "side": "long",
    "entry_price": "66840",
    "size": "0.5",
    "leverage": "20",
    "liquidation_price": "63612.4",
    "trap_low": "66250",
    "trap_high": "66480",
    "alert_price": "64900",
    "take_profit": "67950",
    "stop_loss": "65800",
}
SHORT = {
    "side": "short",
    "entry_price": "66840",
    "size": "0.5",
    "leverage": "10",
    "liquidation_price": "70000",
    "trap_low": "67500",
    "trap_high": "67900",
    "take_profit": "64000",
}


@dataclass
class Scene:
    """A context with its live state. The test moves the clock, unless it is the real one."""

    entered: Mapping[str, str] = field(default_factory=dict)
    account: bool = False
    environment: Environment = Environment.LIVE
    running: bool = True
    real_clock: bool = False
    now: int = 1_000_000
    save_error: DashboardError | None = None
    """Raised when an entered position is saved."""
    history: Sequence[Candle] | Exception = ()

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._repeated: tuple[str, Transport, dict[str, str | None]] | None = None
        self._requested_at = 1_000
        self.markets = Markets(REQUESTED, 2000)
        self.book = LiveBook(self.markets, clock=self.clock)
        self.tracker = PositionTracker("test", self.book, REQUESTED.exchange) if self.account else None
        if self.entered:
            self.enter(self.entered)
        self.reconciled = 0
        self.context = AppContext(
            self.markets,
            self.book,
            lambda: EngineInfo(
                "Bitget", "BTCUSDT", self.environment, has_account=self.account, running=self.running
            ),
            self._enter,
            self._candles,
            self._reconcile,
        )

    def clock(self) -> int:
        return now_ms() if self.real_clock else self.now

    async def _reconcile(self) -> None:
        self.reconciled += 1

    def enter(self, fields: Mapping[str, str | None], *, is_restored: bool = False) -> "Scene":
        """Enters a position or levels by hand in the main market."""
        self.book.enter(self.markets.main_key, ManualEntry(ManualPosition.from_fields(fields), is_restored))
        return self

    async def _enter(self, fields: Mapping[str, str | None]) -> None:
        self.enter(fields)
        if self.save_error is not None:
            raise self.save_error

    async def _candles(self, timeframe: str, _symbol: str | None) -> Sequence[Candle]:
        if isinstance(self.history, Exception):
            raise self.history
        return self.history

    def apply(self, event: FeedEvent, market: MarketKey | None = None) -> "Scene":
        """Applies an event of the feed, to the main market by default."""
        self.markets.apply(market or self.markets.main_key, event)
        return self

    def resolve(self, market: Instrument = BTC) -> "Scene":
        return self.apply(InstrumentResolved(market))

    @property
    def snapshot(self) -> MarketSnapshot:
        """The current snapshot of the main market."""
        return self.markets.main.snapshot

    def price(
        self, price: str, route: Transport = Transport.STREAM, *, age: int = 0, **more: str | None
    ) -> "Scene":
        """Applies a tick. All quotes are `price` by default; None omits a quote."""
        with self._lock:
            self._repeated = None if age else (price, route, more)
            self._tick(price, route, age, more)
        return self

    def _tick(self, price: str, route: Transport, age: int, more: Mapping[str, str | None]) -> None:
        texts = {"last": price, "mark": price, "bid": price, "ask": price, "change_24h": "1.82"} | more
        at = self.clock() - age
        quotes = {name: Quote(Decimal(text), at) for name, text in texts.items() if text is not None}
        self.apply(PriceReceived(route, at, Ticker(**quotes)))

    def account_reports(self, event: AccountEvent) -> "Scene":
        """Applies fills or a snapshot of the account."""
        assert self.tracker is not None
        self.tracker.apply(event)
        return self

    def account_holds(self, *positions: Position) -> "Scene":
        """Applies an account snapshot with exactly these positions; the others were closed."""
        assert self.tracker is not None
        self._requested_at += 1_000
        before = self.tracker.get_all_positions().values()
        closed = frozenset((live.key.symbol, live.state.side) for live in before if live.state.side)
        return self.account_reports(
            AccountSnapshot(
                self.clock(),
                self._requested_at,
                positions,
                recently_closed=closed,
                started_at=self.clock(),
            )
        )

    def hush(self) -> "Scene":
        """Stops repeating the newest price."""
        with self._lock:
            self._repeated = None
        return self

    def repeat(self) -> None:
        """Applies the newest price again, unless it was an old one."""
        with self._lock:  # otherwise it could overwrite an old price that a test has just applied
            if self._repeated is not None:
                price, route, more = self._repeated
                self._tick(price, route, 0, more)

    def after(self, milliseconds: int) -> "Scene":
        self.now += milliseconds
        return self

    def select(self, label: str | None = None) -> SelectedPosition:
        """Returns the position that a page with this label shows."""
        return select(self.context, label)

    @property
    def view(self) -> View:
        """The view of the main market."""
        return market_view(self.select(), self.context.info(), self.clock())

    @property
    def page(self) -> View:
        """The complete view of the page."""
        return PageView(self.context).view(None)


def live(price: str = "67482.1", entered: Mapping[str, str] = LONG) -> Scene:
    """Returns a scene with a market, a position and a price."""
    return Scene(entered).resolve().price(price)


def candles(count: int = 40, around: str = "67400", opened_at: int = 1_700_000_000_000) -> list[Candle]:
    """Returns five-minute candles with small moves."""
    middle = Decimal(around)
    step = middle / 2000
    return [
        Candle(opened_at + i * 300_000, middle, middle + step, middle - step, middle + step * (i % 3 - 1) / 2)
        for i in range(count)
    ]
