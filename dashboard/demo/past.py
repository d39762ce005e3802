"""The past of positions that are there from the start: an order and its fill, as if by a trader."""

from decimal import Decimal

from .acceptance import Terms, write_order
from .account import DemoAccount
from .fills import DemoFill
from .matching import PRODUCT, taker_fee
from .orders import Wish
from .position import DemoPosition


def recall(position: DemoPosition, account: DemoAccount, opened_ms: int) -> None:
    """Writes into the account's history that a position was opened then, whole, at its entry."""
    position.opened_ms = opened_ms
    if position.product != PRODUCT:
        return
    price, size = position.open_price, position.total
    hold_side = position.hold_side if position.pos_mode == "hedge_mode" else "net"
    terms = Terms(size, hold_side, position.leverage, position.margin_mode)
    order = write_order(Wish(position.symbol, position.adding, size), terms, account, opened_ms)
    fee = taker_fee(price, size)
    position.life = position.life.after_open(size, price, fee)
    account.enter(DemoFill(account.new_id(opened_ms), order, price, size, Decimal(0), fee, opened_ms))
