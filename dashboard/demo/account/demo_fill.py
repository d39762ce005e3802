"""Fills, in Bitget's words: what was traded, and what it has earned and cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.demo.account.demo_order import DemoOrder
from dashboard.demo.market.demo_market import plain


@dataclass(frozen=True, slots=True)
class DemoFill:
    """One execution; `profit` is without fees, and `fee` is negative where it was paid."""

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
        """In quote currency."""
        return self.price * self.size

    def common_fields(self) -> dict[str, object]:
        """The fields of REST and websocket rows alike."""
        order = self.order
        fee = {"feeCoin": order.margin_coin, "deduction": "no", "totalDeductionFee": "0"}
        return {
            "orderId": order.id,
            "tradeId": self.id,
            "symbol": order.symbol,
            "side": order.wire_side,
            "price": plain(self.price),
            "baseVolume": plain(self.size),
            "quoteVolume": plain(self.value),
            "profit": plain(self.profit),
            "tradeSide": order.trade_side,
            "posMode": order.pos_mode,
            "tradeScope": "taker",
            "feeDetail": [fee | {"totalFee": plain(self.fee)}],
            "cTime": str(self.time_ms),
        }

    def rest_row(self) -> dict[str, object]:
        """A row of /api/v2/mix/order/fills."""
        return self.common_fields() | {"enterPointSource": self.order.entered_by.lower()}

    def socket_row(self) -> dict[str, object]:
        """A row of the websocket's `fill` channel."""
        return self.common_fields() | {
            "orderType": "market",
            "uTime": str(self.time_ms),
            "clientOid": self.order.client_id,
        }


def filled(fills: Sequence[DemoFill]) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Size, value, profit and fee of some fills together."""
    return (
        sum((fill.size for fill in fills), Decimal(0)),
        sum((fill.value for fill in fills), Decimal(0)),
        sum((fill.profit for fill in fills), Decimal(0)),
        sum((fill.fee for fill in fills), Decimal(0)),
    )
