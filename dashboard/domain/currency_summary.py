"""The sums over many positions in one currency: exposure, PnL, fees and funding."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PartialSum:
    """A sum with parts that may be unknown."""

    known: Decimal = Decimal(0)
    """The sum of the known parts."""
    unknown: int = 0
    """The number of unknown parts."""

    @property
    def value(self) -> Decimal | None:
        """The sum; None while any part is unknown."""
        return self.known if self.unknown == 0 else None

    def plus(self, part: Decimal | None) -> "PartialSum":
        """The sum with one more part; None is an unknown part."""
        return (
            PartialSum(self.known, self.unknown + 1)
            if part is None
            else PartialSum(self.known + part, self.unknown)
        )


@dataclass(frozen=True, slots=True)
class CurrencySummary:
    """The sums of all positions in one currency."""

    currency: str
    count: int = 0
    """Open positions that settle in this currency."""
    adopted: int = 0
    """Those that began with the exchange's figures: their earlier realised PnL is not included."""
    withheld: int = 0
    """Those whose figures contradict the exchange's own, so that `realized_pnl` may be wrong."""
    exposure: PartialSum = PartialSum()
    """The notional value of the open positions, long and short added up."""
    unrealized_pnl: PartialSum = PartialSum()
    realized_pnl: Decimal = Decimal(0)
    """Before fees and funding, closed positions included."""
    realized_dollars: Decimal = Decimal(0)
    """The same in dollars at the price of each close; without `unpriced_pnl`."""
    unpriced_pnl: Decimal = Decimal(0)
    """The part of `realized_pnl` from closes at prices that are not in dollars."""
    unexplained_closes: int = 0
    """Closes whose PnL is unknown, since their opening is: `realized_pnl` lacks theirs."""
    fees: PartialSum = PartialSum()
    """Paid in this currency, for any position. Unknown parts are fills reported without a fee."""
    funding: Decimal = Decimal(0)
    """Received in this currency, for any position; negative is paid."""

    @property
    def total_pnl(self) -> Decimal | None:
        """Realised and unrealised PnL, before fees and funding; None while a part is unknown."""
        unrealized = self.unrealized_pnl.value
        return None if unrealized is None or self.unexplained_closes else self.realized_pnl + unrealized
