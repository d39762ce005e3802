"""AppContext: the live state and the commands that page, API and metrics use, wherever the feed runs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.domain.environment import Environment
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle
from dashboard.positions.position_book import PositionBook
from dashboard.state.markets import Markets


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Facts of the engine that are independent of prices and positions."""

    exchange: str
    """Display name of the main exchange, such as Bitget."""
    symbol: str
    """The main market's symbol as the user gave it, shown until it is resolved."""
    environment: Environment = Environment.LIVE
    has_account: bool = False
    running: bool = True
    """True while the feed runs and its messages are received."""
    audit_problem: str | None = None
    """Reason why changes are not recorded, as one line; None while all is well."""


@dataclass(frozen=True, slots=True)
class AppContext:
    """The live state, and the few commands to change it."""

    markets: Markets
    positions: PositionBook
    """The positions of all accounts, and manual ones."""
    info: Callable[[], EngineInfo]
    enter: Callable[[Mapping[str, str | None]], Awaitable[None]]
    """Enters a manual position in the main market: the fields of `ManualPosition`, or none to clear it.
    Raises PositionError, or SaveFailed if the position is shown but could not be saved."""
    candles: Callable[[str, MarketKey], Awaitable[Sequence[Candle]]]
    """Returns a market's price history for a timeframe such as 5m, oldest first.
    Raises ExchangeLacks or ExchangeUnavailable."""
    reconcile: Callable[[], Awaitable[None]]
    """Requests a reading of every account now. Raises DashboardError if the feed cannot be reached."""

    @property
    def exchange(self) -> str:
        """Display name of the main exchange, such as Bitget."""
        return self.info().exchange

    @property
    def symbol(self) -> str:
        """The main market's symbol as the user gave it."""
        return self.info().symbol

    @property
    def environment(self) -> Environment:
        """Live, testnet or demo."""
        return self.info().environment
