"""What the feed reports. Failure is an event like a price is. Instants are ms of the monotonic clock."""

from dataclasses import dataclass
from enum import StrEnum

from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Instrument, Ticker
from dashboard.domain.position import Position, Side


class Transport(StrEnum):
    """The way that a price came, or failed to come."""

    STREAM = "stream"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class InstrumentResolved:
    """The exchange lists the market that the user meant."""

    instrument: Instrument


@dataclass(frozen=True, slots=True)
class PriceReceived:
    """The exchange sent prices, or confirmed that they have not changed."""

    transport: Transport
    received_at: int
    ticker: Ticker
    request_time: int = 0
    """Milliseconds that the request took, for a poll."""


@dataclass(frozen=True, slots=True)
class SupplementalPrice:
    """Prices from a stream beside the main one. They say nothing of the feed's health."""

    ticker: Ticker


@dataclass(frozen=True, slots=True)
class FeedFailed:
    """A way to the exchange broke; `reason` is one line for the page."""

    transport: Transport
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
class MarginTiersReceived:
    """The margin schedule of the instrument."""

    tiers: tuple[MarginTier, ...]


@dataclass(frozen=True, slots=True)
class FillsReceived:
    """Fills of the account as they happen. Some may be known already, and some may never come this way."""

    fills: tuple[Fill, ...]


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """All that the account holds, and what has happened since it was read before.

    A position that is not among `positions` is flat only if `fills` or `closed` say so too.
    """

    received_at: int
    requested_at: int
    """The exchange's time, in ms since 1970 (UTC), at which it was asked."""
    positions: tuple[Position, ...]
    hedged: bool = False
    """Whether a symbol may have a long and a short at once."""
    fills: tuple[Fill, ...] = ()
    """Those that were asked for because of a gap or a doubt; known ones among them."""
    funding: tuple[Funding, ...] = ()
    recently_closed: frozenset[tuple[str, Side]] = frozenset()
    """Symbol and side of the positions that the exchange's history says were closed lately."""
    complete_until: int | None = None
    """The exchange's time up to which every fill of every symbol was asked for; None if only some were."""
    problem: str | None = None
    """Why fills are not heard as they happen, if so."""
    inconsistent_symbols: frozenset[str] = frozenset()
    """Symbols of which two answers differed: they are judged by the next reading."""


@dataclass(frozen=True, slots=True)
class AccountFailed:
    """The account could not be read, or its fills not be heard. It says nothing about the positions."""

    reason: str


PriceEvent = PriceReceived | FeedFailed
FeedEvent = (
    PriceEvent
    | SupplementalPrice
    | InstrumentResolved
    | PositionsRead
    | PositionsFailed
    | MarginTiersReceived
)
AccountEvent = FillsReceived | AccountSnapshot | AccountFailed
