"""The trading floor: orders, liquidations, funding and, if there is one, the trader, over one account."""

from contextlib import suppress
from decimal import Decimal

from .account import DemoAccount
from .board import Board
from .clearing import Clearing
from .instruments import find_instrument
from .matching import PRODUCT, Matching
from .past import recall
from .trader import DemoTrader
from .wire import BitgetError

POOR, RICHER = Decimal(10_000), Decimal(40_000)


class Floor:
    """Where an account's positions change; nothing happens here but by a call."""

    def __init__(self, board: Board, account: DemoAccount, trader: DemoTrader | None = None) -> None:
        self._board = board
        self._account = account
        self._trader = trader
        self.matching = Matching(board, account)
        self.clearing = Clearing(board, account, self.matching)

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
