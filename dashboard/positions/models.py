"""Positions as the outlets show them, and the updates that their listeners receive."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.currency_summary import CurrencySummary
from dashboard.domain.fill import Fill
from dashboard.domain.keys import MarketKey, PositionKey
from dashboard.domain.market import Quote
from dashboard.domain.position import Position, Source
from dashboard.domain.position_state import PositionState
from dashboard.domain.risk import RiskLevels, RiskStatus
from dashboard.domain.valuation import FLAT, UNPRICED, Valuation


class EventType(StrEnum):
    """Reason of an update."""

    FILL = "fill"
    PRICE_UPDATE = "price_update"
    POSITION_CHANGE = "position_change"
    """Any other change: an adjustment, funding, new terms, a difference, new levels."""


class EventKind(StrEnum):
    """Kind of an entry of the event log. Changes of a position have the names of `PositionChange`."""

    OPEN = "open"
    INCREASE = "increase"
    REDUCE = "reduce"
    CLOSE = "close"
    FLIP = "flip"
    ADOPT = "adopt"
    FUNDING = "funding"
    DIFFERENCE = "difference"
    """The exchange reports something else than the fills add up to."""
    AGREEMENT = "agreement"
    """The exchange agrees with the fills again."""


@dataclass(frozen=True, slots=True)
class LivePosition:
    """One position, flat ones too, with its newest valuation. Every None is unknown.

    It ages: `quote` carries its age, and no figure made of it may be shown later than `stale_after`.
    """

    state: PositionState
    market: MarketKey
    position: Position | None = None
    """Size and entry by fills, with the exchange's terms or those entered; None while flat."""
    levels: RiskLevels | None = None
    """Liquidation, alert, trap zone, stop and target; None while flat."""
    valuation: Valuation = UNPRICED
    """As of the newest event. While flat PnL and notional are zero."""
    difference: str | None = None
    """How the exchange's report differs, as one line; None while both agree."""
    stale_after: int = 0
    """Milliseconds after which the price is too old to be shown."""
    updated_at: int = 0
    """Time of the newest change or price, in ms since 1970 (UTC)."""

    @property
    def key(self) -> PositionKey:
        """The account, the symbol and, in hedge mode, the side."""
        return self.state.key

    @property
    def is_open(self) -> bool:
        """True unless it is flat."""
        return bool(self.state.contracts)

    @property
    def quote(self) -> Quote | None:
        """The price of the valuation."""
        return self.valuation.quote

    @property
    def unrealized_pnl(self) -> Decimal | None:
        """PnL in the settlement currency, before fees."""
        return self.valuation.unrealized_pnl

    @property
    def notional(self) -> Decimal | None:
        """Notional in the settlement currency."""
        return self.valuation.notional

    @property
    def roe(self) -> Decimal | None:
        """Return on equity in percent."""
        return self.valuation.roe

    @property
    def status(self) -> RiskStatus:
        """Risk status."""
        return self.valuation.status

    @property
    def liquidation_price(self) -> Decimal | None:
        """Liquidation price, possibly an estimate."""
        return self.levels.liquidation if self.levels else None

    @property
    def liquidation_is_estimate(self) -> bool:
        """True if the liquidation price is an estimate of ours."""
        return bool(self.levels and self.levels.liquidation_is_estimate)

    def at(self, now: int) -> "LivePosition":
        """The position as it may be shown at `now` (ms, monotonic): without figures of a price too old."""
        if self.quote is None or self.quote.age(now) <= self.stale_after:
            return self
        return self.without_price()

    def without_price(self) -> "LivePosition":
        """The same with every figure of a price unknown, or zero while flat."""
        return replace(self, valuation=UNPRICED if self.is_open else FLAT)

    @property
    def is_manual(self) -> bool:
        """True if a person entered it."""
        return self.position is not None and self.position.source is Source.MANUAL


@dataclass(frozen=True, slots=True)
class PositionUpdate:
    """An update for listeners. `position` is complete, so a listener that missed some is up to date."""

    position: LivePosition
    event_type: EventType
    timestamp: int
    """In ms since 1970 (UTC)."""
    fill: Fill | None = None

    @property
    def symbol(self) -> str:
        """ccxt's unified symbol."""
        return self.position.key.symbol


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """State of the readings of one account."""

    exchange: str
    """The exchange connection that the account is on."""
    read_at: int | None = None
    """Time of the newest reading, in ms of the monotonic clock; None before the first."""
    problem: str | None = None
    """Reason why the newest reading failed, or fills are not streamed; None while all is well."""


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """Totals of all positions. Every None is unknown.

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
    """One entry of the event log: a change of a position, in words."""

    at: int
    """In ms since 1970 (UTC)."""
    key: PositionKey
    kind: EventKind
    text: str
