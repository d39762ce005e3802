"""The trading floor: orders, liquidations, funding and, if there is one, the trader, over one account."""

from contextlib import suppress
from decimal import Decimal

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.opening_history import recall
from dashboard.demo.market.instruments import find_instrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.demo_trader import DemoTrader
from dashboard.demo.matching.order_matcher import PRODUCT, OrderMatcher
from dashboard.demo.matching.settlement import Settlement
from dashboard.demo.protocol.envelopes import BitgetError

POOR, RICHER = Decimal(10_000), Decimal(40_000)


class TradingEngine:
    """Where an account's positions change; nothing happens here but by a call."""

    def __init__(self, board: QuoteBoard, account: DemoAccount, trader: DemoTrader | None = None) -> None:
        self._board = board
        self._account = account
        self._trader = trader
        self.matching = OrderMatcher(board, account)
        self.clearing = Settlement(board, account, self.matching)

    def open(self) -> None:
        """Gives positions that are there from the start their past: they were opened at dawn."""
        for position in self._account.positions:
            if not position.opened_ms:
                recall(position, self._account, self._board.market.dawn_ms)

    def advance(self) -> None:
        """Liquidates, pays funding, and lets the trader trade, as is due by now."""
        self.clearing.advance()
        if self._trader is not None:
            self._trade(self._trader)

    def _trade(self, trader: DemoTrader) -> None:
        if self._account.available < POOR:
            self._account.deposit(RICHER, self._board.wall())
        for wish in trader.decide(self._account.positions, self._mark, self._board.wall()):
            with suppress(BitgetError):
                self.matching.trade(wish)

    def _mark(self, symbol: str) -> Decimal:
        instrument = find_instrument(PRODUCT, symbol)
        if instrument is None:
            raise KeyError(symbol)
        return self._board.mark(instrument)
