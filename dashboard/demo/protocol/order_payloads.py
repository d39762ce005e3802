"""The rows of an order, as REST and the websocket's `orders` channel tell its life."""

from collections.abc import Sequence
from decimal import Decimal

from dashboard.demo.account.demo_fill import DemoFill, filled
from dashboard.demo.account.demo_order import DemoOrder
from dashboard.demo.market.demo_market import plain

Row = dict[str, object]
_PRESETS = (
    "presetStopLossExecutePrice",
    "presetStopLossType",
    "presetStopSurplusExecutePrice",
    "presetStopSurplusType",
)


def rest_order(order: DemoOrder, fills: Sequence[DemoFill]) -> Row:
    """A row of /api/v2/mix/order/orders-history."""
    size, value, profit, fee = filled(fills)
    return _common_fields(order) | {
        "symbol": order.symbol,
        "baseVolume": plain(size),
        "quoteVolume": plain(value),
        "fee": plain(fee),
        "priceAvg": _average(value, size),
        "status": _status(order, size),
        "totalProfits": plain(profit),
        "enterPointSource": order.entered_by.lower(),
        "orderSource": order.source,
        "presetStopSurplusPrice": "",
        "presetStopLossPrice": "",
        "reduceOnly": "YES" if order.reduce_only else "NO",
        "uTime": _updated(order, fills),
    }


def socket_order(order: DemoOrder, fills: Sequence[DemoFill], price: Decimal) -> Row:
    """A row of the `orders` channel after these fills, of which the last is new."""
    size, value, profit, fee = filled(fills)
    row = _common_fields(order) | {
        "instId": order.symbol,
        "accBaseVolume": plain(size),
        "cancelReason": "",
        "enterPointSource": order.entered_by,
        "feeDetail": [{"feeCoin": order.margin_coin, "fee": plain(fee) if fills else "0.00000000"}],
        "notionalUsd": plain(order.size * price),
        "reduceOnly": "yes" if order.reduce_only else "no",
        "status": _status(order, size),
        "stpMode": "none",
        "totalProfits": plain(profit),
        "uTime": _updated(order, fills),
        **dict.fromkeys(_PRESETS, ""),
    }
    return row | _last_fill(fills[-1], _average(value, size)) if fills else row


def _common_fields(order: DemoOrder) -> Row:
    return {
        "orderId": order.id,
        "clientOid": order.client_id,
        "size": plain(order.size),
        "price": "0",
        "side": order.wire_side,
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


def _last_fill(fill: DemoFill, average: str) -> Row:
    return {
        "baseVolume": plain(fill.size),
        "fillFee": plain(fill.fee),
        "fillFeeCoin": fill.order.margin_coin,
        "fillNotionalUsd": plain(fill.value),
        "fillPrice": plain(fill.price),
        "fillTime": str(fill.time_ms),
        "pnl": plain(fill.profit),
        "priceAvg": average,
        "tradeId": fill.id,
        "tradeScope": "T",
    }


def _status(order: DemoOrder, size: Decimal) -> str:
    if not size:
        return "live"
    return "filled" if size >= order.size else "partially_filled"


def _average(value: Decimal, size: Decimal) -> str:
    return plain((value / size).quantize(Decimal("1e-10"))) if size else ""


def _updated(order: DemoOrder, fills: Sequence[DemoFill]) -> str:
    return str(fills[-1].time_ms if fills else order.time_ms)
