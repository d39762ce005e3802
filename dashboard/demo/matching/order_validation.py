"""Which orders are accepted: all rules are checked here, before anything has changed."""

from decimal import Decimal
from typing import Literal, NamedTuple

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_order import DemoOrder, OrderRequest
from dashboard.demo.account.demo_position import DEMO_LEVERAGE, DemoPosition, HoldSide
from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.envelopes import BitgetError

TAKER_FEE = Decimal("0.0006")


class OrderTerms(NamedTuple):
    """What the account makes of a wish."""

    size: Decimal
    hold_side: HoldSide | Literal["net"]
    leverage: int
    margin_mode: str


def accept(
    wish: OrderRequest, instrument: DemoInstrument, board: QuoteBoard, account: DemoAccount
) -> DemoOrder:
    """The order that a wish becomes. Raises BitgetError where the exchange would refuse."""
    side = wish.hold_side if account.hedge else None
    held = account.held(instrument.product, instrument.id, side)
    size = _size(wish, instrument, held)
    leverage = held.leverage if held is not None else wish.leverage or DEMO_LEVERAGE
    if not wish.reduce_only:
        _check_margin(wish, board.quote(instrument).last, held, leverage, account)
    terms = OrderTerms(size, side or "net", leverage, held.margin_mode if held is not None else "isolated")
    return write_order(wish, terms, account, board.wall())


def write_order(wish: OrderRequest, terms: OrderTerms, account: DemoAccount, now_ms: int) -> DemoOrder:
    """Gives an order its ids, and puts it into the account."""
    order = DemoOrder(
        id=account.new_id(now_ms),
        client_id=account.new_id(now_ms),
        symbol=wish.symbol.upper(),
        side=wish.side,
        reduce_only=wish.reduce_only,
        source=wish.source,
        time_ms=now_ms,
        size=terms.size,
        hold_side=terms.hold_side,
        leverage=terms.leverage,
        margin_mode=terms.margin_mode,
    )
    account.orders.append(order)
    return order


def closing_part(sign: int, held: DemoPosition | None, size: Decimal) -> Decimal:
    """How much of what is bought (`sign` 1) or sold (-1) closes what is held; the rest opens."""
    if held is None or held.sign == sign:
        return Decimal(0)
    return min(size, held.total)


def _size(wish: OrderRequest, instrument: DemoInstrument, held: DemoPosition | None) -> Decimal:
    """The size of the order: what only reduces is cut down to what there is."""
    if wish.size <= 0 or wish.size % instrument.size_step:
        raise BitgetError("40808", f"Parameter verification exception size checkBDScale error {wish.size}")
    if not wish.reduce_only:
        return wish.size
    if held is None or held.sign == wish.sign:
        raise BitgetError("22002", "No position to close")
    return min(wish.size, held.total)


def _check_margin(
    wish: OrderRequest, price: Decimal, held: DemoPosition | None, leverage: int, account: DemoAccount
) -> None:
    """Whether what is free, and what closing sets free, pays for what opens."""
    opening = wish.size - closing_part(wish.sign, held, wish.size)
    freed = held.margin + held.unrealized(price) if held is not None and opening < wish.size else Decimal(0)
    if opening * price / leverage + wish.size * price * TAKER_FEE > account.available + freed:
        raise BitgetError("40762", "The order amount exceeds the balance")
