"""What the page needs from the house, and nothing more: `server.py` puts it together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.domain.market import Candle
from dashboard.domain.venue import Venue
from dashboard.markets import Markets
from dashboard.runtime import RuntimeConfig
from dashboard.tracking.tracker import PositionTracker

__all__ = ["Desk", "Venue"]


@dataclass(frozen=True, slots=True)
class Desk:
    """The live state to read, the few commands, and what is known before the exchange answers."""

    markets: Markets
    enter: Callable[[Mapping[str, str | None]], Awaitable[None]]
    """Takes the fields of `Entered`, or none at all to clear it. Raises PositionError, or NotKept if it is
    shown but could not be written down."""
    candles: Callable[[str, str | None], Awaitable[Sequence[Candle]]]
    """History for a timeframe such as 5m, oldest first, of a unified symbol or the main market.
    Raises ExchangeLacks or ExchangeUnavailable."""
    exchange: str
    """The exchange's own name: Bitget."""
    symbol: str
    """As the user gave it, shown until the market is known."""
    venue: Venue = Venue.LIVE
    tracker: PositionTracker | None = None
    """The account's positions; None where there is no account."""
    reconcile: Callable[[], None] = lambda: None
    """Asks for a reading of the account now."""

    @property
    def runtime(self) -> RuntimeConfig:
        """The market that the user asked for."""
        return self.markets.main
