"""Orders as REST and websocket objects."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from dashboard.demo.account.demo_fill import DemoFill
from dashboard.demo.account.demo_order import DemoOrder
from dashboard.demo.market.decimal_text import decimal_text

OrderPayload = dict[str, object]
_PRESETS = (
    "presetStopLossExecutePrice",
    "presetStopLossType",
    "presetStopSurplusExecutePrice",
    "presetStopSurplusType",
)


class FillTotals(NamedTuple):
    """Sums over an order's fills."""

    size: Decimal
    value: Decimal
    profit: Decimal
    fee: Decimal

    @classmethod
    def of(cls, fills: Sequence[DemoFill]) -> "FillTotals":
        """Sums some fills."""
        return cls(
            sum((fill.size for fill in fills), Decimal(0)),
            sum((fill.value for fill in fills), Decimal(0)),
            sum((fill.profit for fill in fills), Decimal(0)),
            sum((fill.fee for fill in fills), Decimal(0)),
        )

    @property
    def average_price(self) -> str:
        """The average price as text; empty without fills."""
        return decimal_text((self.value / self.size).quantize(Decimal("1e-10"))) if self.size else ""


def rest_order(order: DemoOrder, fills: Sequence[DemoFill]) -> OrderPayload:
    """An item of /api/v2/mix/order/orders-history."""
    totals = FillTotals.of(fills)
    return _common_fields(order) | {
        "symbol": order.symbol,
        "baseVolume": decimal_text(totals.size),
        "quoteVolume": decimal_text(totals.value),
        "fee": decimal_text(totals.fee),
        "priceAvg": totals.average_price,
        "status": _status(order, totals.size),
        "totalProfits": decimal_text(totals.profit),
        "enterPointSource": order.entry_source.lower(),
        "orderSource": order.source,
        "presetStopSurplusPrice": "",
        "presetStopLossPrice": "",
        "reduceOnly": "YES" if order.reduce_only else "NO",
        "uTime": _updated(order, fills),
    }


def websocket_order(order: DemoOrder, fills: Sequence[DemoFill], price: Decimal) -> OrderPayload:
    """An item of the `orders` channel after these fills, of which the last is new."""
    totals = FillTotals.of(fills)
    fee = decimal_text(totals.fee) if fills else "0.00000000"
    payload = _common_fields(order) | {
        "instId": order.symbol,
        "accBaseVolume": decimal_text(totals.size),
        "cancelReason": "",
        "enterPointSource": order.entry_source,
        "feeDetail": [{"feeCoin": order.margin_coin, "fee": fee}],
        "notionalUsd": decimal_text(order.size * price),
        "reduceOnly": "yes" if order.reduce_only else "no",
        "status": _status(order, totals.size),
        "stpMode": "none",
        "totalProfits": decimal_text(totals.profit),
        "uTime": _updated(order, fills),
        **dict.fromkeys(_PRESETS, ""),
    }
    return payload | _last_fill(fills[-1], totals.average_price) if fills else payload


def _common_fields(order: DemoOrder) -> OrderPayload:
    return {
        "orderId": order.id,
        "clientOid": order.client_id,
        "size": decimal_text(order.size),
        "price": "0",
        "side": order.bitget_side,
        "force": "gtc",
        "posSide": order.hold_side,
        "marginCoin": order.margin_coin,
        "leverage": str(order.leverage),
        "marginMode": order.margin_mode,
        "tradeSide": order.trade_side,
        "posMode": order.pos_mode,
        "orderType": "market",
        "cTime": str(order.time_ms),
    }


def _last_fill(fill: DemoFill, average_price: str) -> OrderPayload:
    return {
        "baseVolume": decimal_text(fill.size),
        "fillFee": decimal_text(fill.fee),
        "fillFeeCoin": fill.order.margin_coin,
        "fillNotionalUsd": decimal_text(fill.value),
        "fillPrice": decimal_text(fill.price),
        "fillTime": str(fill.time_ms),
        "pnl": decimal_text(fill.profit),
        "priceAvg": average_price,
        "tradeId": fill.id,
        "tradeScope": "T",
    }


def _status(order: DemoOrder, filled_size: Decimal) -> str:
    if not filled_size:
        return "live"
    return "filled" if filled_size >= order.size else "partially_filled"


def _updated(order: DemoOrder, fills: Sequence[DemoFill]) -> str:
    return str(fills[-1].time_ms if fills else order.time_ms)
