"""The state of a position that is built from its events."""

from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from enum import StrEnum

from dashboard.domain.contract_math import average_entry, entry_gain, entry_value
from dashboard.domain.decimal_math import EXACT
from dashboard.domain.fill import Fill
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side, Source
from dashboard.domain.totals import PositionTotals


class PositionChange(StrEnum):
    """The effect of an event on the position."""

    OPEN = "open"
    INCREASE = "increase"
    REDUCE = "reduce"
    CLOSE = "close"
    FLIP = "flip"
    ADOPT = "adopt"
    FUNDING = "funding"


@dataclass(frozen=True, slots=True)
class ClosedPosition:
    """A position that was ended by a close, a flip or an adjustment."""

    side: Side
    entry_price: Decimal
    opened_at: int | None
    closed_at: int
    totals: PositionTotals
    adopted: bool
    """True if it began or ended with the exchange's figures instead of fills."""


@dataclass(frozen=True, slots=True)
class PositionState:
    """The position of one key, open or flat. Only `transitions` changes it."""

    key: PositionKey
    instrument: Instrument
    contracts: Decimal = Decimal(0)
    """Positive for a long, negative for a short, zero for none; see `is_contradictory`."""
    entry_value: Decimal = Decimal(0)
    """The sum of its entries, see `contract_math`; never negative."""
    totals: PositionTotals = field(default_factory=PositionTotals)
    """Since it was opened; while flat, those of the last position."""
    earlier_totals: PositionTotals = field(default_factory=PositionTotals)
    """Those of the earlier positions under this key."""
    opened_at: int | None = None
    """The exchange's time, in ms since 1970 (UTC); None if unknown."""
    adopted_at: int | None = None
    """The time of the exchange's figures that were taken over; None if all comes from fills."""
    change: PositionChange | None = None
    last_fill: Fill | None = None
    closed: ClosedPosition | None = None
    """The last position under this key that ended."""

    @property
    def side(self) -> Side | None:
        """The direction; None while flat or unknown."""
        if not self.is_open:
            return None
        return Side.LONG if self.contracts > 0 else Side.SHORT

    @property
    def is_open(self) -> bool:
        """True if it is a long or a short."""
        return bool(self.contracts) and not self.is_contradictory

    @property
    def is_contradictory(self) -> bool:
        """True if, in hedge mode, more was closed than opened: fills are missing, and the size is unknown."""
        return self.key.side is not None and self.contracts * self.key.side.sign < 0

    @property
    def entry_price(self) -> Decimal | None:
        """The average entry; None while flat or unknown."""
        if not self.is_open:
            return None
        return average_entry(self.instrument, abs(self.contracts), self.entry_value)

    @property
    def cumulative_totals(self) -> PositionTotals:
        """The totals of all positions under this key."""
        with localcontext(EXACT):
            return self.earlier_totals + self.totals

    def unrealized_pnl(self, price: Decimal) -> Decimal:
        """PnL in the settlement currency if the position were closed at `price`, without fees."""
        if self.side is None:
            return Decimal(0)
        with localcontext(EXACT):
            contracts = abs(self.contracts)
            return self.side.sign * entry_gain(self.instrument, contracts, self.entry_value, price)

    def position(self, terms: Position | None = None) -> Position | None:
        """Returns the same for margin and risk; None while flat or unknown.

        `terms` is the exchange's own row, or the position as entered: it adds leverage, margin mode and
        liquidation price, which fills do not have.
        """
        if self.side is None or self.entry_price is None:
            return None
        position = Position(
            self.instrument, self.side, abs(self.contracts), self.entry_price, source=Source.EXCHANGE
        )
        if terms is None or terms.side is not self.side:
            return position
        return replace(
            position,
            leverage=terms.leverage,
            margin_mode=terms.margin_mode,
            liquidation_price=terms.liquidation_price,
            maintenance_margin_rate=terms.maintenance_margin_rate,
            source=terms.source,
        )


def opened(key: PositionKey, position: Position) -> PositionState:
    """Returns the state of `position` as if one fill had opened it."""
    with localcontext(EXACT):
        entered = entry_value(position.instrument, position.contracts, position.entry_price)
    return PositionState(
        key, position.instrument, contracts=position.side.sign * position.contracts, entry_value=entered
    )
