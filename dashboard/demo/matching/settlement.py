"""What the exchange does by itself: it liquidates, and lets longs and shorts pay each other funding."""

from decimal import Decimal

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_order import OrderRequest
from dashboard.demo.account.demo_position import MONEY_STEP, DemoPosition
from dashboard.demo.market.demo_market import HOUR_MS
from dashboard.demo.market.instruments import DemoInstrument, find_instrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.order_matcher import PRODUCT, OrderMatcher


class Settlement:
    """Looks after the account's positions in USDT contracts."""

    def __init__(self, board: QuoteBoard, account: DemoAccount, matching: OrderMatcher) -> None:
        self._board = board
        self._account = account
        self._matching = matching
        self._settled_ms = board.wall()

    def advance(self) -> None:
        """Does what is due by now."""
        self.liquidate()
        before, self._settled_ms = self._settled_ms, self._board.wall()
        for position, instrument in self._cleared():
            period = instrument.funding_hours * HOUR_MS
            if before // period < self._settled_ms // period:
                self._settle(position, instrument)

    def pay_funding(self) -> None:
        """Settles funding now, due or not."""
        for position, instrument in self._cleared():
            self._settle(position, instrument)

    def liquidate(self) -> None:
        """Takes over, at the price at which the margin is used up, what the mark price has reached."""
        for position, instrument in self._cleared():
            if position.is_liquidated_at(self._board.mark(instrument)):
                size = position.total
                wish = OrderRequest(
                    position.symbol, position.closing, size, reduce_only=True, source="liquidation"
                )
                self._matching.trade(wish, at=_bankruptcy(position, instrument))

    def _settle(self, position: DemoPosition, instrument: DemoInstrument) -> None:
        value = position.total * self._board.mark(instrument)
        amount = -position.sign * value * Decimal(self._board.funding_rate(instrument))
        self._account.settle(position, amount.quantize(MONEY_STEP), self._board.wall())

    def _cleared(self) -> list[tuple[DemoPosition, DemoInstrument]]:
        found = [(p, find_instrument(p.product, p.symbol)) for p in self._account.positions]
        return [(p, i) for p, i in found if i is not None and i.product == PRODUCT]


def _bankruptcy(position: DemoPosition, instrument: DemoInstrument) -> Decimal:
    level = position.open_price * (1 - Decimal(position.sign) / position.leverage)
    return max(level.quantize(instrument.price_step), instrument.price_step)
