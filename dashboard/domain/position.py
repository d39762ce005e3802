"""A leveraged position: its side, size, entry price and leverage."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.reported_figures import ReportedFigures


class Side(StrEnum):
    """The direction of a position."""

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """1 for a long, -1 for a short."""
        return 1 if self is Side.LONG else -1

    def has_passed(self, level: Decimal, price: Decimal) -> bool:
        """True if `price` has reached `level` or is worse for a position on this side."""
        return (price - level) * self.sign <= 0


class Source(StrEnum):
    """The origin of a position: entered manually, or reported by the exchange."""

    MANUAL = "entered"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True)
class Position:
    """An open position. Its size includes the leverage, which is never multiplied in again."""

    instrument: Instrument
    side: Side
    contracts: Decimal
    """Always positive. One contract is `instrument.contract_size` coins (or quote units, if inverse)."""
    entry_price: Decimal
    leverage: Decimal | None = None
    margin_mode: str | None = None
    """isolated or cross; None if not reported."""
    liquidation_price: Decimal | None = None
    """As entered or reported by the exchange; None is unknown, never safe."""
    maintenance_margin_rate: Decimal | None = None
    source: Source = Source.MANUAL
    opened_at: int | None = None
    """The exchange's time, in ms since 1970 (UTC); None if not reported."""
    hedged: bool = False
    """True in hedge mode: its market may have a long and a short at once."""
    reported: ReportedFigures | None = field(default=None, compare=False)
    """The exchange's own figures of the same row; None for a position entered by hand. They move with the
    price, so a position equals another one with other figures."""

    @property
    def size(self) -> Decimal:
        """The size in base coins, leverage included; contracts sized in quote units convert at the entry."""
        units = self.contracts * self.instrument.contract_size
        if self.instrument.payoff is Payoff.INVERSE:
            return units / self.entry_price
        return units
