"""Live positions, account totals and log entries, and the updates that listeners receive."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from dashboard.domain.currency_summary import CurrencySummary
from dashboard.domain.disagreement import Disagreement
from dashboard.domain.fill import Fill
from dashboard.domain.keys import MarketKey, PositionKey
from dashboard.domain.market import Quote
from dashboard.domain.position import Position, Source
from dashboard.domain.position_state import PositionChange, PositionState
from dashboard.domain.risk import RiskLevels, RiskStatus, distance_percent
from dashboard.domain.unread_part import UnreadPart
from dashboard.domain.valuation import FLAT, UNPRICED, Valuation, value
from dashboard.state.runtime import MarketSnapshot


class EventType(StrEnum):
    """The reason of an update."""

    FILL = "fill"
    PRICE_UPDATE = "price_update"
    POSITION_CHANGE = "position_change"
    """Any other change: an adjustment, funding, new terms, a difference, new levels."""


class ReportCheck(StrEnum):
    """A new result of comparing a position with the exchange's report."""

    DIFFERENCE = "difference"
    """The exchange's report differs from the position built from fills."""
    AGREEMENT = "agreement"
    """The exchange's report agrees with the fills again."""


class CrossCheckResult(StrEnum):
    """A new result of comparing our figures of a position with the exchange's own."""

    DISAGREES = "disagrees"
    AGREES = "agrees"
    """They agree again."""


class ValuationChange(StrEnum):
    """A change of the way in which a position is valued."""

    BASIS = "basis"
    """From the mark to the last price or back."""


class MarketChange(StrEnum):
    """A change of a market that concerns its positions."""

    MODE = "mode"
    """From one-way to hedge mode or back: positions are under other labels."""


EventKind: TypeAlias = PositionChange | ReportCheck | CrossCheckResult | ValuationChange | MarketChange
"""Kind of an entry of the event log."""


@dataclass(frozen=True, slots=True)
class LivePosition:
    """One position, open or flat, with its newest valuation. None is unknown.

    A valuation is valid while its `quote` is no older than `stale_after`; see `at`.
    """

    state: PositionState
    market: MarketKey
    position: Position | None = None
    """Size and entry by fills, with the terms of the exchange or of the user; None while flat."""
    levels: RiskLevels | None = None
    """Liquidation, alert, trap zone, stop and target; None while flat."""
    valuation: Valuation = UNPRICED
    """As of the newest event. PnL and notional are zero while flat."""
    difference: str | None = None
    """Difference to the exchange's report, or the reason why it was not read; None while both agree."""
    stale_after: int = 0
    """Age in milliseconds above which the price is too old to be shown."""
    updated_at: int = 0
    """Time of the newest change or price, in ms since 1970 (UTC)."""
    disagreement: Disagreement | None = None
    """Contradiction of our figures to the exchange's own; None while both agree, or while flat."""
    crossed_at: int | None = None
    """Instant since which the price is beyond the liquidation price of the exchange (ms, monotonic)."""
    confirmed_at: int | None = None
    """Start of the newest reading by which the position is open beyond it (ms, monotonic)."""

    @property
    def key(self) -> PositionKey:
        """The key of the position."""
        return self.state.key

    @property
    def is_open(self) -> bool:
        """True if it is a long or a short; False while flat or contradictory."""
        return self.state.is_open

    @property
    def is_withheld(self) -> bool:
        """True if no figure calculated here is shown, as the exchange's own show that it is wrong."""
        return self.disagreement is not None and self.disagreement.is_severe

    @property
    def awaits_confirmation(self) -> bool:
        """True while the liquidation price is reached, and no reading since then has confirmed it."""
        return not self._is_confirmed_since(self.crossed_at)

    @property
    def quote(self) -> Quote | None:
        """The price of the valuation."""
        return self.valuation.quote

    @property
    def price_basis(self) -> str | None:
        """Kind of the price of the valuation, `mark` or `last`; None without one."""
        if self.quote is None:
            return None
        return "mark" if self.valuation.on_mark else "last"

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
        """Risk status at the price of the valuation."""
        return self.valuation.status

    @property
    def liquidation_price(self) -> Decimal | None:
        """Liquidation price, possibly an estimate."""
        return self.levels.liquidation if self.levels else None

    @property
    def liquidation_is_estimate(self) -> bool:
        """True if the liquidation price was estimated here and not reported."""
        return bool(self.levels and self.levels.liquidation_is_estimate)

    @property
    def liquidation_distance(self) -> Decimal | None:
        """Distance from the price to the liquidation price, in signed percent of the price."""
        return distance_percent(self.quote.value if self.quote else None, self.liquidation_price)

    def at(self, now: int) -> "LivePosition":
        """Returns the position without the figures of a price that is too old at `now` (ms, monotonic)."""
        if self.quote is None or self.quote.age(now) <= self.stale_after:
            return self
        return self.without_price()

    def valued_at(self, market: MarketSnapshot, now: int, updated_at: int) -> "LivePosition":
        """Returns the position valued at the live price of its market at `now` (ms, monotonic)."""
        quote, on_mark = market.price_at(now)
        crossed_at = self._crossed_at(quote, now)
        valuation = value(
            self.state,
            self.position,
            self.levels,
            quote,
            on_mark=on_mark,
            is_withheld=self.is_withheld,
            is_confirmed=self._is_confirmed_since(crossed_at),
        )
        limit = market.health.stale_after
        # `replace` would take as long as the valuation itself.
        return LivePosition(
            self.state,
            self.market,
            self.position,
            self.levels,
            valuation,
            self.difference,
            quote.limit(limit) if quote else limit,
            updated_at,
            self.disagreement,
            crossed_at,
            self.confirmed_at,
        )

    def _crossed_at(self, quote: Quote | None, now: int) -> int | None:
        """The instant of the crossing with a new price; unchanged without one.

        A liquidation price entered by a user is not confirmed by readings.
        """
        stated = self.position.liquidation_price if self.position and not self.is_manual else None
        if self.position is None or stated is None or stated != self.liquidation_price:
            return None
        if quote is None:
            return self.crossed_at
        if not self.position.side.has_passed(stated, quote.value):
            return None
        return now if self.crossed_at is None else self.crossed_at

    def _is_confirmed_since(self, crossed_at: int | None) -> bool:
        """True if a reading since then confirms it, or if there is nothing to confirm."""
        return crossed_at is None or (self.confirmed_at is not None and self.confirmed_at >= crossed_at)

    def without_price(self) -> "LivePosition":
        """Returns the position with every figure of a price unknown, or zero while flat."""
        return replace(self, valuation=UNPRICED if self.state.contracts else FLAT)

    @property
    def is_manual(self) -> bool:
        """True if it was entered by hand."""
        return self.position is not None and self.position.source is Source.MANUAL


@dataclass(frozen=True, slots=True)
class PositionUpdate:
    """An update for listeners. `position` is complete, so a missed update needs no replay."""

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
    """Result of the newest attempt to read one account."""

    exchange: str
    """The exchange connection that the account is on."""
    read_at: int | None = None
    """Time of the newest snapshot, in ms of the monotonic clock; None before the first."""
    problem: str | None = None
    """Reason why the newest attempt failed, or fills are not streamed; None if there is no problem."""
    history: str | None = None
    """Progress of reading fills and funding, and what of it failed; None while nothing is missing."""
    unread: tuple[UnreadPart, ...] = ()
    """Parts of the account that the newest snapshot lacks."""
    never_read: frozenset[str] = frozenset()
    """The symbols of parts that every snapshot lacked."""


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """Totals of all positions in dollars. None is unknown.

    Stablecoins count at par, coins at their live price; realised PnL at the price of each close.
    """

    timestamp: int
    """In ms since 1970 (UTC)."""
    active_positions: int
    total_exposure: Decimal | None
    unrealized_pnl: Decimal | None
    realized_pnl: Decimal | None
    """At the price of each close, without the parts in `missing`."""
    by_currency: Mapping[str, CurrencySummary]
    missing: tuple[str, ...] = ()
    """Descriptions of what the totals lack, such as a part of an account that could not be read."""

    @property
    def total_pnl(self) -> Decimal | None:
        """Realised and unrealised PnL, before fees and funding."""
        if self.realized_pnl is None or self.unrealized_pnl is None:
            return None
        return self.realized_pnl + self.unrealized_pnl


@dataclass(frozen=True, slots=True)
class EventLogEntry:
    """One entry of the event log: the description of a change of a position."""

    at: int
    """In ms since 1970 (UTC)."""
    key: PositionKey
    kind: EventKind
    text: str
