"""History of positions that exist from the start: the order and the fill that opened them."""

from decimal import Decimal

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_fill import DemoFill, taker_fee
from dashboard.demo.account.demo_order import OrderRequest, OrderTerms
from dashboard.demo.account.demo_position import DemoPosition
from dashboard.demo.market.instruments import USDT_FUTURES


def record_opening(position: DemoPosition, account: DemoAccount, opened_ms: int) -> None:
    """Sets when a position was opened; for USDT contracts also records its order and one whole fill."""
    position.opened_ms = opened_ms
    if position.product != USDT_FUTURES:
        return
    price, size = position.open_price, position.total
    hold_side = position.hold_side if position.pos_mode == "hedge_mode" else "net"
    request = OrderRequest(position.symbol, position.increasing_side, size)
    terms = OrderTerms(size, hold_side, position.leverage, position.margin_mode)
    order = account.record_order(request, terms, opened_ms)
    fee = taker_fee(price, size)
    position.totals = position.totals.after_open(size, price, fee)
    account.record_fill(DemoFill(account.new_id(opened_ms), order, price, size, Decimal(0), fee, opened_ms))
