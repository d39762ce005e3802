"""TrackerHarness: a tracker with its book and markets, on a clock that the test moves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dashboard.clock import now_ms
from dashboard.domain.events import AccountSnapshot, FillsReceived, PriceReceived, Transport
from dashboard.domain.fill import Fill
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Ticker
from dashboard.domain.position import Position
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import AccountHealth, LivePosition, PositionUpdate
from dashboard.positions.moving_markets import MovingMarkets
from dashboard.positions.tracker import PositionTracker
from dashboard.positions.trail_replay import RestoredPositions, TrailReplay
from dashboard.state.markets import Markets
from tests.domain.builders import instrument, ticker
from tests.domain.fill_histories import ACCOUNT

EXCHANGE = "bitget"
BTC = instrument().symbol
FRESH = 5_000


def market_key(symbol: str = BTC) -> MarketKey:
    return MarketKey(EXCHANGE, symbol)


@dataclass
class TrackerHarness:
    """A tracker that writes to `book`, with its records in `recorded` and its updates in `announced`."""

    restored: RestoredPositions | None = None
    account: str = ACCOUNT
    threshold: str = "0.01"
    is_writable: bool = True
    """False if records cannot be written."""
    sink: Callable[[str, Mapping[str, Any]], bool] | None = None
    """Receives the records, such as those of a real trail."""
    now: int = 0
    real_clock: bool = False
    ahead_ms: int = 0
    """Time by which the book's clock is ahead of the real one."""
    markets: Markets = field(default_factory=lambda: Markets(market_key(), 2_000))
    recorded: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    announced: list[PositionUpdate] = field(default_factory=list)
    earlier: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    """Records of earlier runs."""

    def __post_init__(self) -> None:
        self.book = LiveBook(
            self.markets,
            threshold=Decimal(self.threshold),
            clock=lambda: now_ms() + self.ahead_ms if self.real_clock else self.now,
            wall=lambda: 1_000 + self.now,
        )
        self.tracker = PositionTracker(
            self.account, self.book, EXCHANGE, record=self._record, restored=self.restored
        )
        self.book.register(self.announced.append)

    def _record(self, kind: str, entry: Mapping[str, Any]) -> bool:
        self.recorded.append((kind, entry))
        return self.sink(kind, entry) if self.sink else self.is_writable

    def fills(self, *fills: Fill) -> "TrackerHarness":
        self.tracker.apply(FillsReceived(fills))
        return self

    def snapshot(
        self,
        *positions: Position,
        requested_at: int = 1_000,
        hedged: bool | None = None,
        settled: bool = True,
        **more: Any,
    ) -> "TrackerHarness":
        """`hedged` is the mode that all rows state; `settled` makes fills count as old ones."""
        if settled:
            self.tracker._reconciliation.moving = MovingMarkets()
        if hedged is not None:
            more["position_modes"] = {each.instrument.symbol: hedged for each in positions}
        started = {"started_at": self.book.now()}
        self.tracker.apply(AccountSnapshot(self.now, requested_at, positions, **(started | more)))
        return self

    def price(self, last: str, symbol: str = BTC) -> "TrackerHarness":
        return self.ticker(ticker(self.now, last=last), symbol)

    def ticker(self, prices: Ticker, symbol: str = BTC) -> "TrackerHarness":
        self.markets.apply(market_key(symbol), PriceReceived(Transport.STREAM, self.now, prices))
        return self

    @property
    def health(self) -> AccountHealth:
        return self.book.accounts[ACCOUNT]

    @property
    def open(self) -> dict[str, LivePosition]:
        """The open positions by label."""
        return {self.book.labels.label(key): live for key, live in self.book.get_all_positions().items()}

    @property
    def known(self) -> dict[str, LivePosition]:
        """Open and flat positions by label."""
        return {self.book.labels.label(key): live for key, live in self.book.all_known().items()}

    @property
    def only(self) -> LivePosition:
        (live,) = self.book.get_all_positions().values()
        return live

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.recorded]

    def restarted(self) -> "TrackerHarness":
        """A new harness, restored from the records."""
        return TrackerHarness(restored=restore_positions(self.trail), earlier=self.trail)

    @property
    def trail(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The records of all runs."""
        return [*self.earlier, *self.recorded]


def restore_positions(
    records: Iterable[tuple[str, Mapping[str, Any]]], account: str = ACCOUNT
) -> RestoredPositions:
    """The positions of an account by the records of a trail."""
    replay = TrailReplay()
    for kind, entry in records:
        replay.add(kind, entry)
    return replay.take(account)
