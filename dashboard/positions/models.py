"""A position as an outlet shows it, and the news of one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.currency_summary import CurrencySummary
from dashboard.domain.fill import Fill
from dashboard.domain.market import Quote
from dashboard.domain.position import Position
from dashboard.domain.position_state import PositionState
from dashboard.domain.risk import RiskStatus


class EventType(StrEnum):
    """Why a position is told of."""

    FILL = "fill"
    PRICE_UPDATE = "price_update"
    POSITION_CHANGE = "position_change"
    """Whatever else changed it: an adoption, a correction, funding, new terms, a difference."""


@dataclass(frozen=True, slots=True)
class LivePosition:
    """One position, flat ones too, with all that is known of it now. Every None is unknown.

    It ages: `quote` carries its age, and whoever shows it later than `stale_after` shows no figure
    that was made of it.
    """

    tracked: PositionState
    terms: Position | None = None
    """The exchange's own row as it was last read: leverage, margin mode, and the liquidation price until a
    fill has changed it."""
    quote: Quote | None = None
    """The price that the figures are made of."""
    on_mark: bool = False
    """Whether that is the mark price; else it is the last one."""
    unrealized_pnl: Decimal | None = None
    """In the settlement currency, without fees; zero while flat."""
    notional: Decimal | None = None
    """In the settlement currency; zero while flat."""
    roe: Decimal | None = None
    """In percent."""
    status: RiskStatus = RiskStatus.UNKNOWN
    liquidation_price: Decimal | None = None
    liquidation_is_estimate: bool = False
    difference: str | None = None
    """What the exchange tells differently, as one line; None while both agree."""
    stale_after: int = 0
    """Milliseconds after which the price is too old to be shown."""
    updated_at: int = 0
    """Of the newest change or price, in ms since 1970 (UTC)."""

    @property
    def label(self) -> str:
        """The name under which it is told: its symbol, with its side in hedge mode."""
        return self.tracked.key.label

    def at(self, now: int) -> "LivePosition":
        """What may be shown of it at `now` (ms, monotonic): nothing that was made of a price too old."""
        if self.quote is None or self.quote.age(now) <= self.stale_after:
            return self
        return self.priceless()

    def priceless(self) -> "LivePosition":
        """The same without a price."""
        return replace(
            self,
            quote=None,
            on_mark=False,
            unrealized_pnl=None if self.tracked.contracts else Decimal(0),
            notional=None if self.tracked.contracts else Decimal(0),
            roe=None,
            status=RiskStatus.UNKNOWN if self.tracked.contracts else RiskStatus.NO_POSITION,
        )

    @property
    def position(self) -> Position | None:
        """Size and entry by fills, with the exchange's terms; None while flat."""
        own, terms = self.tracked.position(), self.terms
        if own is None or terms is None or terms.side is not own.side:
            return own
        return replace(
            own,
            leverage=terms.leverage,
            margin_mode=terms.margin_mode,
            liquidation_price=terms.liquidation_price,
            maintenance_margin_rate=terms.maintenance_margin_rate,
        )


@dataclass(frozen=True, slots=True)
class PositionUpdate:
    """What a listener hears. `position` is whole, so a listener that missed some is up to date."""

    symbol: str
    position: LivePosition
    event_type: EventType
    timestamp: int
    """In ms since 1970 (UTC)."""
    fill: Fill | None = None


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """How well the account is known."""

    read_at: int | None = None
    """Of the newest reading, in ms of the monotonic clock; None before the first."""
    problem: str | None = None
    """Why the newest one failed, or its fills are not heard; None while all is well."""


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """All positions of the account as one. Every None is unknown.

    The totals are in dollars: stablecoins count at par, coins at a live price of theirs.
    """

    timestamp: int
    """In ms since 1970 (UTC)."""
    active_positions: int
    total_exposure: Decimal | None
    unrealized_pnl: Decimal | None
    realized_pnl: Decimal | None
    by_currency: Mapping[str, CurrencySummary]

    @property
    def total_pnl(self) -> Decimal | None:
        """Realised and unrealised, before fees and funding."""
        if self.realized_pnl is None or self.unrealized_pnl is None:
            return None
        return self.realized_pnl + self.unrealized_pnl


@dataclass(frozen=True, slots=True)
class EventLogEntry:
    """A line of the events list: what happened to a position, in words."""

    at: int
    """In ms since 1970 (UTC)."""
    label: str
    kind: str
    """open, increase, reduce, close, flip, adopt, difference, ..."""
    text: str
