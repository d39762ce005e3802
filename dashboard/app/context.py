"""AppContext: everything that the outlets may read and ask, wherever the feed runs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.domain.environment import Environment
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle
from dashboard.positions.position_book import PositionBook
from dashboard.state.markets import Markets


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Facts of the engine that do not move with the market."""

    exchange: str
    """The main exchange's own name: Bitget."""
    symbol: str
    """The main market's symbol as the user gave it, shown until the market is known."""
    environment: Environment = Environment.LIVE
    has_account: bool = False
    running: bool = True
    """True while the feed is started."""
    trouble: str | None = None
    """Defect of the audit trail, in words."""


@dataclass(frozen=True, slots=True)
class AppContext:
    """The live state to read, and the few commands that outlets may give."""

    markets: Markets
    positions: PositionBook
    """The positions of all accounts and those entered by hand."""
    info: Callable[[], EngineInfo]
    enter: Callable[[Mapping[str, str | None]], Awaitable[None]]
    """Enters a manual position in the main market: the fields of `ManualPosition`, or none to clear it.
    Raises PositionError, or SaveFailed if it is shown but could not be saved."""
    candles: Callable[[str, MarketKey], Awaitable[Sequence[Candle]]]
    """Returns a market's price history for a timeframe such as 5m, oldest first.
    Raises ExchangeLacks or ExchangeUnavailable."""
    reconcile: Callable[[], Awaitable[None]]
    """Requests a reading of every account now. Raises DashboardError where no feed could be reached."""

    @property
    def exchange(self) -> str:
        """The main exchange's own name: Bitget."""
        return self.info().exchange

    @property
    def symbol(self) -> str:
        """The main market's symbol as the user gave it."""
        return self.info().symbol

    @property
    def environment(self) -> Environment:
        """Live, testnet or demo."""
        return self.info().environment
