"""Sizes, values, fees and funding of a position, summed from its opening."""

from dataclasses import dataclass, replace
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TradedTotals:
    """Sums over a position's fills and funding; sizes in base coins, the rest in the margin coin."""

    opened_size: Decimal = ZERO
    open_value: Decimal = ZERO
    open_fee: Decimal = ZERO
    closed_size: Decimal = ZERO
    close_value: Decimal = ZERO
    close_fee: Decimal = ZERO
    funding: Decimal = ZERO

    def after_open(self, size: Decimal, price: Decimal, fee: Decimal) -> "TradedTotals":
        """The totals after a fill that opened or increased the position; a paid fee is negative."""
        return replace(
            self,
            opened_size=self.opened_size + size,
            open_value=self.open_value + size * price,
            open_fee=self.open_fee + fee,
        )

    def after_close(self, size: Decimal, price: Decimal, fee: Decimal) -> "TradedTotals":
        """The totals after a fill that reduced or closed the position."""
        return replace(
            self,
            closed_size=self.closed_size + size,
            close_value=self.close_value + size * price,
            close_fee=self.close_fee + fee,
        )

    def after_funding(self, amount: Decimal) -> "TradedTotals":
        """The totals after funding was received, or paid if negative."""
        return replace(self, funding=self.funding + amount)


NO_TRADES = TradedTotals()
