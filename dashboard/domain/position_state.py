"""A position as its own fills tell it."""

from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from enum import StrEnum

from dashboard.domain.contract_math import average_entry, entry_gain
from dashboard.domain.decimal_math import EXACT
from dashboard.domain.fill import Fill
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side, Source
from dashboard.domain.totals import PositionTotals


@dataclass(frozen=True, slots=True)
class PositionKey:
    """What makes two fills belong to one position. A side only in hedge mode, where there may be two."""

    account: str
    symbol: str
    side: Side | None = None

    @property
    def label(self) -> str:
        """The symbol, with its side in hedge mode: BTC/USDT:USDT:long."""
        return self.symbol if self.side is None else f"{self.symbol}:{self.side}"


class PositionChange(StrEnum):
    """What the last event did to the position."""

    OPEN = "open"
    INCREASE = "increase"
    REDUCE = "reduce"
    CLOSE = "close"
    FLIP = "flip"
    ADOPT = "adopt"
    FUNDING = "funding"


@dataclass(frozen=True, slots=True)
class ClosedPosition:
    """A position that has come to its end, by a close, a flip or an adoption."""

    side: Side
    entry_price: Decimal
    opened_at: int | None
    closed_at: int
    totals: PositionTotals
    adopted: bool
    """Whether its figures began, or ended, with the exchange's instead of fills."""


@dataclass(frozen=True, slots=True)
class PositionState:
    """One key's position, flat ones too. Changes only by what `steps` does."""

    key: PositionKey
    instrument: Instrument
    contracts: Decimal = Decimal(0)
    """Positive for a long, negative for a short, zero for none."""
    entry_value: Decimal = Decimal(0)
    """What its entries add up to, see `payoff`; never negative."""
    totals: PositionTotals = field(default_factory=PositionTotals)
    """Since it was opened; while flat, of the last one."""
    earlier_totals: PositionTotals = field(default_factory=PositionTotals)
    """Of the positions under this key before it."""
    opened_at: int | None = None
    """The exchange's time, in ms since 1970; None where it is not known."""
    adopted_at: int | None = None
    """When the exchange's own figures were taken; None where all comes from fills."""
    change: PositionChange | None = None
    last_fill: Fill | None = None
    closed: ClosedPosition | None = None
    """The last one under this key that ended."""

    @property
    def side(self) -> Side | None:
        """The direction; None while flat."""
        if not self.contracts:
            return None
        return Side.LONG if self.contracts > 0 else Side.SHORT

    @property
    def is_contradictory(self) -> bool:
        """Whether, in hedge mode, more was closed than is known to be opened: fills are missing."""
        return self.key.side is not None and self.side not in (None, self.key.side)

    @property
    def entry_price(self) -> Decimal | None:
        """The average entry; None while flat."""
        if not self.contracts:
            return None
        return average_entry(self.instrument, abs(self.contracts), self.entry_value)

    @property
    def cumulative_totals(self) -> PositionTotals:
        """All that this key has brought and cost."""
        with localcontext(EXACT):
            return self.earlier_totals + self.totals

    def unrealized_pnl(self, price: Decimal) -> Decimal:
        """PnL in the settlement currency if it were closed at `price`, without fees."""
        if self.side is None:
            return Decimal(0)
        with localcontext(EXACT):
            contracts = abs(self.contracts)
            return self.side.sign * entry_gain(self.instrument, contracts, self.entry_value, price)

    def position(self) -> Position | None:
        """The same for margin and risk, without what fills do not tell; None while flat."""
        if self.side is None or self.entry_price is None:
            return None
        return Position(
            self.instrument, self.side, abs(self.contracts), self.entry_price, source=Source.EXCHANGE
        )
