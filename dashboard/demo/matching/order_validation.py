"""Order validation: checks every rule before an order changes anything."""

from decimal import Decimal

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_fill import TAKER_FEE_RATE
from dashboard.demo.account.demo_order import OrderRequest, OrderTerms
from dashboard.demo.account.demo_position import DEMO_LEVERAGE, DemoPosition
from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.bitget_error import BitgetError


def validate_order(
    request: OrderRequest, instrument: DemoInstrument, quote_board: QuoteBoard, account: DemoAccount
) -> OrderTerms:
    """The terms of an accepted request. Raises BitgetError where Bitget would refuse it."""
    side = request.hold_side if account.hedge else None
    position = account.find_position(instrument.product, instrument.id, side)
    size = _accepted_size(request, instrument, position)
    leverage = position.leverage if position is not None else request.leverage or DEMO_LEVERAGE
    if not request.reduce_only:
        _check_margin(request, quote_board.quote(instrument).last, position, leverage, account)
    margin_mode = position.margin_mode if position is not None else "isolated"
    return OrderTerms(size, side or "net", leverage, margin_mode)


def closing_size(sign: int, position: DemoPosition | None, size: Decimal) -> Decimal:
    """The part of a buy (`sign` 1) or sell (-1) that closes the position; the rest opens."""
    if position is None or position.sign == sign:
        return Decimal(0)
    return min(size, position.total)


def _accepted_size(
    request: OrderRequest, instrument: DemoInstrument, position: DemoPosition | None
) -> Decimal:
    """The size of the order; a reduce-only order is limited to the size of the position."""
    if request.size <= 0 or request.size % instrument.size_step:
        raise BitgetError("40808", f"Parameter verification exception size checkBDScale error {request.size}")
    if not request.reduce_only:
        return request.size
    if position is None or position.sign == request.sign:
        raise BitgetError("22002", "No position to close")
    return min(request.size, position.total)


def _check_margin(
    request: OrderRequest, price: Decimal, position: DemoPosition | None, leverage: int, account: DemoAccount
) -> None:
    """Raises BitgetError if free balance and released margin do not cover the opening margin and the fee."""
    opening = request.size - closing_size(request.sign, position, request.size)
    released = Decimal(0)
    if position is not None and opening < request.size:
        released = position.margin + position.unrealized(price)
    if opening * price / leverage + request.size * price * TAKER_FEE_RATE > account.available + released:
        raise BitgetError("40762", "The order amount exceeds the balance")
