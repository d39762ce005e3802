"""Order matching: fills market orders at current prices and applies each fill to the account."""

from decimal import ROUND_UP, Decimal

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_fill import DemoFill, taker_fee
from dashboard.demo.account.demo_order import DemoOrder, OrderRequest
from dashboard.demo.account.demo_position import MONEY_STEP, DemoPosition
from dashboard.demo.market.instruments import USDT_FUTURES, DemoInstrument, find_instrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.bitget_error import unknown_symbol
from dashboard.demo.matching.order_validation import closing_size, validate_order


class OrderMatcher:
    """Executes market orders for USDT contracts: the owner's, those of stops, and liquidations."""

    def __init__(self, quote_board: QuoteBoard, account: DemoAccount) -> None:
        self._quote_board = quote_board
        self._account = account

    def execute(self, request: OrderRequest, at_price: Decimal | None = None) -> list[DemoFill]:
        """Fills an order completely and at once, at `at_price` or from the best price on.

        Raises BitgetError where Bitget would refuse the order.
        """
        instrument = find_instrument(USDT_FUTURES, request.symbol)
        if instrument is None:
            raise unknown_symbol(request.symbol)
        terms = validate_order(request, instrument, self._quote_board, self._account)
        order = self._account.record_order(request, terms, self._quote_board.wall_clock())
        if at_price is not None:
            return [self._fill(order, at_price, order.size)]
        executions = self._executions(order, instrument, request.parts)
        return [self._fill(order, price, size) for price, size in executions]

    def _executions(
        self, order: DemoOrder, instrument: DemoInstrument, parts: int
    ) -> list[tuple[Decimal, Decimal]]:
        """Prices and sizes of an order's parts, each one step worse than the previous."""
        quote = self._quote_board.quote(instrument)
        best = quote.ask if order.side == "buy" else quote.bid
        share = (order.size / parts).quantize(instrument.size_step, ROUND_UP)
        executions: list[tuple[Decimal, Decimal]] = []
        while (done := len(executions) * share) < order.size:
            slippage = len(executions) * order.sign * instrument.price_step
            executions.append((best + slippage, min(share, order.size - done)))
        return executions

    def _fill(self, order: DemoOrder, price: Decimal, size: Decimal) -> DemoFill:
        """Applies one execution: closes first, then opens the rest."""
        now_ms, account = self._quote_board.wall_clock(), self._account
        fee, profit = taker_fee(price, size), Decimal(0)
        opening, opening_fee = size, fee
        position = account.find_position(order.product, order.symbol, order.target_side)
        if position is not None and (closing := closing_size(order.sign, position, size)):
            closing_fee = (fee * closing / size).quantize(MONEY_STEP)
            opening, opening_fee = size - closing, fee - closing_fee
            profit = position.reduce(closing, price, closing_fee, now_ms)
            account.archive_if_closed(position, now_ms)
        if opening:
            self._position_to_increase(order, now_ms).increase(opening, price, opening_fee, now_ms)
        fill = DemoFill(account.new_id(now_ms), order, price, size, profit, fee, now_ms)
        account.record_fill(fill)
        return fill

    def _position_to_increase(self, order: DemoOrder, now_ms: int) -> DemoPosition:
        """The position that an order adds to, or a new empty one."""
        position = self._account.find_position(order.product, order.symbol, order.opening_side)
        if position is None:
            position = DemoPosition(
                symbol=order.symbol,
                hold_side=order.opening_side,
                total=Decimal(0),
                open_price=Decimal(0),
                leverage=order.leverage,
                pos_mode=order.pos_mode,
                position_id=self._account.new_id(now_ms),
                opened_ms=now_ms,
            )
            self._account.positions.append(position)
        return position
