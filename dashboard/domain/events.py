"""Events of the feed, failures included. Instants are in ms of the monotonic clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Instrument, Ticker
from dashboard.domain.position import Position, Side
from dashboard.domain.unread_part import UnreadPart


class Transport(StrEnum):
    """The way that prices are received: a websocket stream or polling."""

    STREAM = "stream"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class InstrumentResolved:
    """The market that the user asked for was found on the exchange."""

    instrument: Instrument


@dataclass(frozen=True, slots=True)
class PriceReceived:
    """The exchange sent prices, or confirmed that they have not changed."""

    transport: Transport
    received_at: int
    ticker: Ticker
    request_time_ms: int = 0
    """Milliseconds that a request takes: this one, or the last one of a market that is streamed."""


@dataclass(frozen=True, slots=True)
class SupplementalPrice:
    """Prices from an additional stream. They do not count for the health of the feed."""

    ticker: Ticker


@dataclass(frozen=True, slots=True)
class FeedFailed:
    """A stream or a poll failed; `reason` is one line for the page."""

    transport: Transport
    reason: str


@dataclass(frozen=True, slots=True)
class MarginTiersReceived:
    """The margin schedule of the instrument."""

    tiers: tuple[MarginTier, ...]


@dataclass(frozen=True, slots=True)
class FillsReceived:
    """Fills of the account, streamed. Some may be known already, and some may be missing."""

    fills: tuple[Fill, ...]


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """All open positions of the account, with the events since the previous snapshot.

    A position that is absent from `positions` is flat only if `fills` or `recently_closed` confirm it.
    """

    received_at: int
    requested_at: int
    """The exchange's time of the request, in ms since 1970 (UTC)."""
    positions: tuple[Position, ...]
    unread: tuple[UnreadPart, ...] = ()
    """Parts of the account that could not be read: their positions stay as they are known."""
    position_modes: Mapping[str, bool] = field(default_factory=dict)
    """True for symbols that rows state to be in hedge mode, False for one-way mode; absent if unstated."""
    fills: tuple[Fill, ...] = ()
    """Fills that were requested because of a gap or a difference; some may be known already."""
    funding: tuple[Funding, ...] = ()
    recently_closed: frozenset[tuple[str, Side]] = frozenset()
    """Symbol and side of positions that the exchange's history lists as recently closed."""
    complete_until: int | None = None
    """The exchange's time up to which all fills of all symbols were requested; None if only some were."""
    problem: str | None = None
    """The reason why fills are not being streamed; None while they are."""
    history: str | None = None
    """The progress of reading fills and funding, and what of it failed; None while nothing is missing."""
    started_at: int = 0
    """Instant before the positions were requested: later changes may be missing."""
    inconsistent_symbols: frozenset[str] = frozenset()
    """Symbols on which two responses differed; they are reconciled by the next snapshot."""

    @property
    def unread_symbols(self) -> frozenset[str]:
        """The symbols of all parts that could not be read."""
        return frozenset().union(*(part.symbols for part in self.unread))


@dataclass(frozen=True, slots=True)
class AccountFailed:
    """Reading the account or streaming its fills failed: the positions stay as they are known."""

    reason: str


PriceEvent = PriceReceived | FeedFailed
FeedEvent = PriceEvent | SupplementalPrice | InstrumentResolved | MarginTiersReceived
AccountEvent = FillsReceived | AccountSnapshot | AccountFailed
