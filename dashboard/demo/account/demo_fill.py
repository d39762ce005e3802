"""Fills: executed sizes and prices, with their realised profit and fee."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.demo.account.demo_order import DemoOrder
from dashboard.demo.account.demo_position import MONEY_STEP

TAKER_FEE_RATE = Decimal("0.0006")


@dataclass(frozen=True, slots=True)
class DemoFill:
    """One execution; `profit` excludes fees, and `fee` is negative when paid."""

    id: str
    order: DemoOrder
    price: Decimal
    size: Decimal
    profit: Decimal
    fee: Decimal
    time_ms: int

    @property
    def symbol(self) -> str:
        """The instrument's id."""
        return self.order.symbol

    @property
    def product(self) -> str:
        """The instrument's product type."""
        return self.order.product

    @property
    def value(self) -> Decimal:
        """Price times size, in quote currency."""
        return self.price * self.size


def taker_fee(price: Decimal, size: Decimal) -> Decimal:
    """The fee of a fill, as a negative amount."""
    return -(price * size * TAKER_FEE_RATE).quantize(MONEY_STEP)
