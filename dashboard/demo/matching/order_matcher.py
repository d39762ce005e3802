"""Fills orders at the market's prices, and carries each fill into the account."""

from decimal import ROUND_UP, Decimal

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_fill import DemoFill
from dashboard.demo.account.demo_order import DemoOrder, OrderRequest
from dashboard.demo.account.demo_position import MONEY_STEP, DemoPosition
from dashboard.demo.market.instruments import DemoInstrument, find_instrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.order_validation import TAKER_FEE, accept, closing_part
from dashboard.demo.protocol.envelopes import unknown_symbol

PRODUCT = "USDT-FUTURES"


class OrderMatcher:
    """Takes market orders for USDT contracts: the owner's, those of stops, and liquidations."""

    def __init__(self, board: QuoteBoard, account: DemoAccount) -> None:
        self._board = board
        self._account = account

    def trade(self, wish: OrderRequest, at: Decimal | None = None) -> list[DemoFill]:
        """Fills a wish whole and at once: from the best price on, or `at` one price.

        Raises BitgetError where the exchange would refuse.
        """
        instrument = find_instrument(PRODUCT, wish.symbol)
        if instrument is None:
            raise unknown_symbol(wish.symbol)
        order = accept(wish, instrument, self._board, self._account)
        deals = [(at, order.size)] if at is not None else self._deals(order, instrument, wish.parts)
        return [self._fill(order, price, size) for price, size in deals]

    def _deals(
        self, order: DemoOrder, instrument: DemoInstrument, parts: int
    ) -> list[tuple[Decimal, Decimal]]:
        """Prices and sizes: each part one step worse than the one before."""
        quote = self._board.quote(instrument)
        best = quote.ask if order.side == "buy" else quote.bid
        share = (order.size / parts).quantize(instrument.size_step, ROUND_UP)
        deals: list[tuple[Decimal, Decimal]] = []
        while (done := len(deals) * share) < order.size:
            worse = len(deals) * order.sign * instrument.price_step
            deals.append((best + worse, min(share, order.size - done)))
        return deals

    def _fill(self, order: DemoOrder, price: Decimal, size: Decimal) -> DemoFill:
        now_ms, account = self._board.wall(), self._account
        fee, profit = taker_fee(price, size), Decimal(0)
        opening, opening_fee = size, fee
        held = account.held(order.product, order.symbol, order.about)
        if held is not None and (closing := closing_part(order.sign, held, size)):
            closing_fee = (fee * closing / size).quantize(MONEY_STEP)
            opening, opening_fee = size - closing, fee - closing_fee
            profit = held.reduce(closing, price, closing_fee, now_ms)
            account.retire(held, now_ms)
        if opening:
            self._position_of(order, now_ms).increase(opening, price, opening_fee, now_ms)
        fill = DemoFill(account.new_id(now_ms), order, price, size, profit, fee, now_ms)
        account.enter(fill)
        return fill

    def _position_of(self, order: DemoOrder, now_ms: int) -> DemoPosition:
        """The position that an order adds to, or a new one."""
        held = self._account.held(order.product, order.symbol, order.opens)
        if held is None:
            held = DemoPosition(
                symbol=order.symbol,
                hold_side=order.opens,
                total=Decimal(0),
                open_price=Decimal(0),
                leverage=order.leverage,
                pos_mode=order.pos_mode,
                position_id=self._account.new_id(now_ms),
                opened_ms=now_ms,
            )
            self._account.positions.append(held)
        return held


def taker_fee(price: Decimal, size: Decimal) -> Decimal:
    """What a fill costs, as a negative amount."""
    return -(price * size * TAKER_FEE).quantize(MONEY_STEP)
