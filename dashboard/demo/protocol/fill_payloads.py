"""Fills and bills as REST and websocket objects."""

from dashboard.demo.account.demo_bill import DemoBill
from dashboard.demo.account.demo_fill import DemoFill
from dashboard.demo.market.decimal_text import decimal_text

FillPayload = dict[str, object]


def rest_fill(fill: DemoFill) -> FillPayload:
    """An item of /api/v2/mix/order/fills."""
    return _common_fields(fill) | {"enterPointSource": fill.order.entry_source.lower()}


def websocket_fill(fill: DemoFill) -> FillPayload:
    """An item of the websocket's `fill` channel."""
    return _common_fields(fill) | {
        "orderType": "market",
        "uTime": str(fill.time_ms),
        "clientOid": fill.order.client_id,
    }


def rest_bill(bill: DemoBill) -> FillPayload:
    """An item of /api/v2/mix/account/bill."""
    return {
        "billId": bill.id,
        "symbol": bill.symbol,
        "amount": decimal_text(bill.amount),
        "fee": decimal_text(bill.fee),
        "feeByCoupon": "",
        "businessType": bill.business,
        "coin": "USDT",
        "balance": decimal_text(bill.balance),
        "cTime": str(bill.time_ms),
    }


def _common_fields(fill: DemoFill) -> FillPayload:
    order = fill.order
    fee = {"feeCoin": order.margin_coin, "deduction": "no", "totalDeductionFee": "0"}
    return {
        "orderId": order.id,
        "tradeId": fill.id,
        "symbol": order.symbol,
        "side": order.bitget_side,
        "price": decimal_text(fill.price),
        "baseVolume": decimal_text(fill.size),
        "quoteVolume": decimal_text(fill.value),
        "profit": decimal_text(fill.profit),
        "tradeSide": order.trade_side,
        "posMode": order.pos_mode,
        "tradeScope": "taker",
        "feeDetail": [fee | {"totalFee": decimal_text(fill.fee)}],
        "cTime": str(fill.time_ms),
    }
