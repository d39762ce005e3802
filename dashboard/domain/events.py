"""What the feed reports. Failure is an event like a price is. Instants are ms of the monotonic clock."""

from dataclasses import dataclass
from enum import StrEnum

from dashboard.domain.margin import Tier
from dashboard.domain.market import Instrument, Ticker
from dashboard.domain.position import Position


class Route(StrEnum):
    """The way that a price came, or failed to come."""

    STREAM = "stream"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The exchange lists the market that the user meant."""

    instrument: Instrument


@dataclass(frozen=True, slots=True)
class Received:
    """The exchange sent prices, or confirmed that they have not changed."""

    route: Route
    at: int
    ticker: Ticker
    request_time: int = 0
    """Milliseconds that the request took, for a poll."""


@dataclass(frozen=True, slots=True)
class ReceivedBeside:
    """Prices from a stream beside the main one. They say nothing of the feed's health."""

    ticker: Ticker


@dataclass(frozen=True, slots=True)
class Failed:
    """A way to the exchange broke; `reason` is one line for the page."""

    route: Route
    reason: str


@dataclass(frozen=True, slots=True)
class PositionsRead:
    """The account's open positions of the instrument. Empty means flat, and only this event says so."""

    at: int
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class PositionsFailed:
    """The account could not be read. It says nothing about the positions."""

    reason: str


@dataclass(frozen=True, slots=True)
class TiersRead:
    """The margin schedule of the instrument."""

    tiers: tuple[Tier, ...]


PriceEvent = Received | Failed
FeedEvent = PriceEvent | ReceivedBeside | Resolved | PositionsRead | PositionsFailed | TiersRead
