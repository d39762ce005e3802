"""The trading engine of one account: orders, liquidations, funding and, optionally, an automatic trader."""

from contextlib import suppress
from decimal import Decimal

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.opening_history import record_opening
from dashboard.demo.market.instruments import USDT_FUTURES, find_instrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.bitget_error import BitgetError
from dashboard.demo.matching.demo_trader import DemoTrader
from dashboard.demo.matching.order_matcher import OrderMatcher
from dashboard.demo.matching.settlement import Settlement

MIN_AVAILABLE, DEPOSIT = Decimal(10_000), Decimal(40_000)
"""The available USDT below which the trader's account receives a deposit, and the deposit."""


class TradingEngine:
    """Changes an account's positions, but only when one of its methods is called."""

    def __init__(
        self, quote_board: QuoteBoard, account: DemoAccount, trader: DemoTrader | None = None
    ) -> None:
        self._quote_board = quote_board
        self._account = account
        self._trader = trader
        self.matcher = OrderMatcher(quote_board, account)
        self.settlement = Settlement(quote_board, account, self.matcher)

    def record_openings(self) -> None:
        """Gives positions that exist from the start an opening at the market's origin."""
        for position in self._account.positions:
            if not position.opened_ms:
                record_opening(position, self._account, self._quote_board.market.origin_ms)

    def advance(self) -> None:
        """Liquidates, pays due funding and runs the trader."""
        self.settlement.advance()
        if self._trader is not None:
            self._run_trader(self._trader)

    def _run_trader(self, trader: DemoTrader) -> None:
        now_ms = self._quote_board.wall_clock()
        if self._account.available < MIN_AVAILABLE:
            self._account.deposit(DEPOSIT, now_ms)
        for request in trader.decide(self._account.positions, self._mark, now_ms):
            with suppress(BitgetError):
                self.matcher.execute(request)

    def _mark(self, symbol: str) -> Decimal:
        instrument = find_instrument(USDT_FUTURES, symbol)
        if instrument is None:
            raise KeyError(symbol)
        return self._quote_board.mark(instrument)
