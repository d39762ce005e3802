"""What the outlets need from the house, and nothing more, wherever the feed runs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.domain.environment import Environment
from dashboard.domain.market import Candle
from dashboard.positions.position_book import PositionBook
from dashboard.state.markets import Markets
from dashboard.state.runtime import RuntimeConfig


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What does not move with the market."""

    exchange: str
    """The exchange's own name: Bitget."""
    symbol: str
    """As the user gave it, shown until the market is known."""
    environment: Environment = Environment.LIVE
    has_account: bool = False
    running: bool = True
    """Whether the feed was started and not stopped."""
    trouble: str | None = None
    """What is wrong with the audit trail, in words."""


@dataclass(frozen=True, slots=True)
class AppContext:
    """The live state to read, and the few commands."""

    markets: Markets
    board: PositionBook
    """The account's positions; empty where there is no account."""
    about: Callable[[], EngineInfo]
    enter: Callable[[Mapping[str, str | None]], Awaitable[None]]
    """Takes the fields of `Entered`, or none at all to clear it. Raises PositionError, or NotKept if it is
    shown but could not be written down."""
    candles: Callable[[str, str | None], Awaitable[Sequence[Candle]]]
    """History for a timeframe such as 5m, oldest first, of a unified symbol or the main market.
    Raises ExchangeLacks or ExchangeUnavailable."""
    reconcile: Callable[[], Awaitable[None]]
    """Asks for a reading of the account now. Raises DashboardError where nobody could be asked."""

    @property
    def exchange(self) -> str:
        """The exchange's own name: Bitget."""
        return self.about().exchange

    @property
    def symbol(self) -> str:
        """As the user gave it."""
        return self.about().symbol

    @property
    def environment(self) -> Environment:
        """Whether this is real money."""
        return self.about().environment

    @property
    def runtime(self) -> RuntimeConfig:
        """The market that the user asked for."""
        return self.markets.main
