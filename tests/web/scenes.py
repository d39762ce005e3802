"""Desks for tests of the page: a live state that a test feeds, and an exchange that a test scripts."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from dashboard.app.context import AppContext, EngineInfo
from dashboard.clock import now_ms
from dashboard.domain.environment import Environment
from dashboard.domain.events import AccountEvent, InstrumentResolved, PositionsRead, PriceReceived, Transport
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.market import Candle, Instrument, Quote, Ticker
from dashboard.domain.position_selection import PositionSelection
from dashboard.errors import DashboardError
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets
from dashboard.state.runtime import RuntimeConfig
from dashboard.web.views.card_views import View
from dashboard.web.views.market_view import view
from tests.domain.builders import instrument

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
    """A context, and the hands that move what is on it. The clock stands still unless it is the real one."""

    entered: Mapping[str, str] = field(default_factory=dict)
    account: bool = False
    environment: Environment = Environment.LIVE
    running: bool = True
    real_clock: bool = False
    now: int = 1_000_000
    kept: DashboardError | None = None
    """What goes wrong with keeping what was entered."""
    history: Sequence[Candle] | Exception = ()

    def __post_init__(self) -> None:
        holdings = PositionSelection(entered=ManualPosition.from_fields(self.entered), account=self.account)
        self.runtime = RuntimeConfig(2000, holdings=holdings, clock=self.clock)
        self._turn = threading.Lock()
        self._again: tuple[str, Transport, dict[str, str | None]] | None = None
        beside = PositionSelection(account=self.account)
        # Another market is quiet for longer than a slow machine needs for a test.
        markets = Markets(self.runtime, lambda: RuntimeConfig(60_000, holdings=beside, clock=self.clock))
        self.tracker = PositionTracker("test", clock=self.clock)
        self.reconciled = 0
        self.context = AppContext(
            markets,
            self.tracker,
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

    async def _enter(self, fields: Mapping[str, str | None]) -> None:
        self.runtime.enter(ManualPosition.from_fields(fields))
        if self.kept is not None:
            raise self.kept

    async def _candles(self, timeframe: str, _symbol: str | None) -> Sequence[Candle]:
        if isinstance(self.history, Exception):
            raise self.history
        return self.history

    def resolve(self, market: Instrument = BTC) -> "Scene":
        self.runtime.apply(InstrumentResolved(market))
        return self

    def price(
        self, price: str, transport: Transport = Transport.STREAM, *, age: int = 0, **more: str | None
    ) -> "Scene":
        """A tick; mark and last are `price` unless told otherwise, and None leaves a figure out."""
        with self._turn:
            self._again = None if age else (price, transport, more)
            self._apply(price, transport, age, more)
        return self

    def _apply(self, price: str, transport: Transport, age: int, more: Mapping[str, str | None]) -> None:
        texts = {"last": price, "mark": price, "bid": price, "ask": price, "change_24h": "1.82"} | more
        at = self.clock() - age
        quotes = {name: Quote(Decimal(text), at) for name, text in texts.items() if text is not None}
        self.runtime.apply(PriceReceived(transport, at, Ticker(**quotes)))
        if self.runtime.snapshot.instrument is not None:
            symbol = self.runtime.snapshot.instrument.symbol
            self.tracker.priced(
                symbol, self.runtime.snapshot.ticker, self.runtime.snapshot.health.stale_after
            )

    def account_tells(self, event: AccountEvent) -> "Scene":
        """A fill, or a reading: into the tracker, and from there to the market shown."""
        self.tracker.apply(event)
        self.runtime.apply(PositionsRead(self.clock(), self.tracker.positions_of(BTC.symbol)))
        return self

    def hush(self) -> "Scene":
        """From now on the newest price is not repeated."""
        with self._turn:
            self._again = None
        return self

    def repeat(self) -> None:
        """The newest price once more, unless it was an old one."""
        with self._turn:  # else it could come after an older price that a test has just given
            if self._again is not None:
                price, transport, more = self._again
                self._apply(price, transport, 0, more)

    def after(self, milliseconds: int) -> "Scene":
        self.now += milliseconds
        return self

    @property
    def view(self) -> View:
        return view(self.runtime.snapshot, self.context, self.clock())


def live(price: str = "67482.1", entered: Mapping[str, str] = LONG) -> Scene:
    """A scene with a market, a position and a price."""
    return Scene(entered).resolve().price(price)


def candles(count: int = 40, around: str = "67400", opened_at: int = 1_700_000_000_000) -> list[Candle]:
    """Five-minute bars that go up and down a little."""
    middle = Decimal(around)
    step = middle / 2000
    return [
        Candle(opened_at + i * 300_000, middle, middle + step, middle - step, middle + step * (i % 3 - 1) / 2)
        for i in range(count)
    ]
