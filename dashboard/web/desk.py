"""What the page needs from the house, and nothing more: `server.py` puts it together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dashboard.domain.market import Candle
from dashboard.runtime import RuntimeConfig


class Venue(StrEnum):
    """Whether this is real money."""

    LIVE = "live"
    TESTNET = "testnet"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Desk:
    """The live state to read, the few commands, and what is known before the exchange answers."""

    runtime: RuntimeConfig
    enter: Callable[[Mapping[str, str | None]], Awaitable[None]]
    """Takes the fields of `Entered`, or none at all to clear it. Raises PositionError, or NotKept if it is
    shown but could not be written down."""
    candles: Callable[[str], Awaitable[Sequence[Candle]]]
    """History for a timeframe such as 5m, oldest first. Raises ExchangeUnavailable."""
    exchange: str
    """The exchange's own name: Bitget."""
    symbol: str
    """As the user gave it, shown until the market is known."""
    venue: Venue = Venue.LIVE
