"""The past of positions that are there from the start: an order and its fill, as if by a trader."""

from decimal import Decimal

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_fill import DemoFill
from dashboard.demo.account.demo_order import OrderRequest
from dashboard.demo.account.demo_position import DemoPosition
from dashboard.demo.matching.order_matcher import PRODUCT, taker_fee
from dashboard.demo.matching.order_validation import OrderTerms, write_order


def recall(position: DemoPosition, account: DemoAccount, opened_ms: int) -> None:
    """Writes into the account's history that a position was opened then, whole, at its entry."""
    position.opened_ms = opened_ms
    if position.product != PRODUCT:
        return
    price, size = position.open_price, position.total
    hold_side = position.hold_side if position.pos_mode == "hedge_mode" else "net"
    terms = OrderTerms(size, hold_side, position.leverage, position.margin_mode)
    order = write_order(OrderRequest(position.symbol, position.adding, size), terms, account, opened_ms)
    fee = taker_fee(price, size)
    position.life = position.life.after_open(size, price, fee)
    account.enter(DemoFill(account.new_id(opened_ms), order, price, size, Decimal(0), fee, opened_ms))
