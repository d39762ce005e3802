"""The totals of a position: realised PnL, fees and funding, kept apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from dashboard.domain.fill import Fee

Amounts = Mapping[str, Decimal]
"""Amounts by currency. Never changed in place."""


def sum_by_currency(*amounts: Amounts) -> Amounts:
    """Adds up `amounts`, currency by currency."""
    total: dict[str, Decimal] = {}
    for each in amounts:
        for currency, amount in each.items():
            total[currency] = total.get(currency, Decimal(0)) + amount
    return total


@dataclass(frozen=True, slots=True)
class PositionTotals:
    """Realised PnL, fees and funding, which each exchange combines differently."""

    realized_pnl: Decimal = Decimal(0)
    """In the settlement currency, before fees and funding."""
    realized_dollars: Decimal = Decimal(0)
    """The same in dollars at the price of each close, as far as those prices are in dollars."""
    unexplained_closes: int = 0
    """The number of closes whose PnL is unknown: their own fills or those of the opening are missing."""
    fees: Amounts = field(default_factory=dict)
    """Paid; negative is received."""
    fills_without_fee: int = 0
    """The number of fills reported without a fee: `fees` may be too small."""
    funding: Amounts = field(default_factory=dict)
    """Received; negative is paid."""

    @property
    def complete_realized_pnl(self) -> Decimal | None:
        """The realised PnL; None if that of a close is unknown."""
        return None if self.unexplained_closes else self.realized_pnl

    def with_fees(self, fees: Iterable[Fee]) -> "PositionTotals":
        """The totals after a fill with `fees`; none means that they were not reported."""
        reported = [{fee.currency: fee.amount} for fee in fees]
        return replace(
            self,
            fees=sum_by_currency(self.fees, *reported),
            fills_without_fee=self.fills_without_fee + (not reported),
        )

    def with_gain(self, gain: Decimal, dollars_per_unit: Decimal | None) -> "PositionTotals":
        """The totals after a close; `dollars_per_unit` is the settlement currency's price, if known."""
        dollars = Decimal(0) if dollars_per_unit is None else gain * dollars_per_unit
        return replace(
            self,
            realized_pnl=self.realized_pnl + gain,
            realized_dollars=self.realized_dollars + dollars,
        )

    def with_unexplained_close(self) -> "PositionTotals":
        """The totals after a close whose PnL is unknown."""
        return replace(self, unexplained_closes=self.unexplained_closes + 1)

    def with_funding(self, amount: Decimal, currency: str) -> "PositionTotals":
        """The totals after a funding payment; a negative `amount` is paid."""
        return replace(self, funding=sum_by_currency(self.funding, {currency: amount}))

    def __add__(self, other: "PositionTotals") -> "PositionTotals":
        return PositionTotals(
            self.realized_pnl + other.realized_pnl,
            self.realized_dollars + other.realized_dollars,
            self.unexplained_closes + other.unexplained_closes,
            sum_by_currency(self.fees, other.fees),
            self.fills_without_fee + other.fills_without_fee,
            sum_by_currency(self.funding, other.funding),
        )
