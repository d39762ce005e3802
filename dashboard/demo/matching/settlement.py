"""Settlement: liquidates positions, and pays funding between longs and shorts."""

from decimal import Decimal

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_order import OrderRequest
from dashboard.demo.account.demo_position import MONEY_STEP, DemoPosition
from dashboard.demo.market.demo_market import HOUR_MS
from dashboard.demo.market.instruments import USDT_FUTURES, DemoInstrument, find_instrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.order_matcher import OrderMatcher


class Settlement:
    """Liquidation and funding of the account's positions in USDT contracts."""

    def __init__(self, quote_board: QuoteBoard, account: DemoAccount, matcher: OrderMatcher) -> None:
        self._quote_board = quote_board
        self._account = account
        self._matcher = matcher
        self._settled_ms = quote_board.wall_clock()

    def advance(self) -> None:
        """Liquidates, and pays the funding that became due since the last call."""
        self.liquidate()
        before, self._settled_ms = self._settled_ms, self._quote_board.wall_clock()
        for position, instrument in self._positions():
            period_ms = instrument.funding_hours * HOUR_MS
            if before // period_ms < self._settled_ms // period_ms:
                self._pay_funding(position, instrument)

    def pay_funding(self) -> None:
        """Settles funding now, whether due or not."""
        for position, instrument in self._positions():
            self._pay_funding(position, instrument)

    def liquidate(self) -> None:
        """Closes, at their bankruptcy price, the positions whose liquidation price the mark has reached."""
        for position, instrument in self._positions():
            if position.is_liquidated_at(self._quote_board.mark(instrument)):
                request = OrderRequest(
                    position.symbol,
                    position.closing_side,
                    position.total,
                    reduce_only=True,
                    source="liquidation",
                )
                self._matcher.execute(request, at_price=_bankruptcy_price(position, instrument))

    def _pay_funding(self, position: DemoPosition, instrument: DemoInstrument) -> None:
        value = position.total * self._quote_board.mark(instrument)
        amount = -position.sign * value * Decimal(self._quote_board.funding_rate(instrument))
        self._account.apply_funding(position, amount.quantize(MONEY_STEP), self._quote_board.wall_clock())

    def _positions(self) -> list[tuple[DemoPosition, DemoInstrument]]:
        found = [(p, find_instrument(p.product, p.symbol)) for p in self._account.positions]
        return [(p, i) for p, i in found if i is not None and i.product == USDT_FUTURES]


def _bankruptcy_price(position: DemoPosition, instrument: DemoInstrument) -> Decimal:
    """The price at which the loss equals the margin."""
    level = position.open_price * (1 - Decimal(position.sign) / position.leverage)
    return max(level.quantize(instrument.price_step), instrument.price_step)
