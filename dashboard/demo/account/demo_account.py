"""The demo account: its keys, balance and positions, and the history of their changes."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import takewhile

from dashboard.demo.account.demo_bill import FUNDING, TRANSFER, DemoBill
from dashboard.demo.account.demo_closed_position import DemoClosedPosition
from dashboard.demo.account.demo_fill import DemoFill
from dashboard.demo.account.demo_order import DemoOrder, OrderRequest, OrderTerms
from dashboard.demo.account.demo_position import DemoPosition, HoldSide

DEMO_USER_ID = "4281957306"
DEMO_KEY = "demo-key"
DEMO_SECRET = "demo-secret"  # noqa: S105 - valid on the demo exchange only
DEMO_PASSPHRASE = "demo-passphrase"  # noqa: S105 - valid on the demo exchange only

DEMO_BALANCE = Decimal(50_000)
HISTORY_LIMIT = 10_000
"""The number of fills that are kept, and of orders, bills and closed positions."""
ID_EPOCH_MS = 1_435_725_921_154
"""The start of Bitget's ids: they are the milliseconds since then, shifted left by 22 bits."""


@dataclass
class DemoAccount:
    """Keys, positions and their history, oldest first; tests may change `positions`."""

    user_id: str = DEMO_USER_ID
    api_key: str = DEMO_KEY
    secret: str = DEMO_SECRET
    passphrase: str = DEMO_PASSPHRASE
    positions: list[DemoPosition] = field(default_factory=lambda: [DemoPosition()])
    balance: Decimal = DEMO_BALANCE
    """In USDT, without unrealised profits."""
    hedge: bool = False
    """True if long and short are separate positions; set by `use_hedge_mode`."""
    fills_kept_ms: int | None = None
    """The age up to which REST lists fills; None lists all."""
    fills: deque[DemoFill] = field(default_factory=lambda: deque(maxlen=HISTORY_LIMIT))
    orders: deque[DemoOrder] = field(default_factory=lambda: deque(maxlen=HISTORY_LIMIT))
    bills: deque[DemoBill] = field(default_factory=lambda: deque(maxlen=HISTORY_LIMIT))
    closed: deque[DemoClosedPosition] = field(default_factory=lambda: deque(maxlen=HISTORY_LIMIT))
    _last_id: int = 0

    @property
    def available(self) -> Decimal:
        """The balance that is not used as margin, in USDT."""
        return self.balance - sum(p.margin for p in self.positions if p.margin_coin == "USDT")

    def use_hedge_mode(self) -> None:
        """Switches to hedge mode: long and short become separate positions."""
        self.hedge = True
        for position in self.positions:
            position.pos_mode = "hedge_mode"

    def find_position(
        self, product: str, symbol: str, hold_side: HoldSide | None = None
    ) -> DemoPosition | None:
        """The open position in a symbol, on that side if one is given; None if there is none."""
        for position in self.positions:
            same = (position.product, position.symbol) == (product, symbol)
            if same and hold_side in (None, position.hold_side):
                return position
        return None

    def record_order(self, request: OrderRequest, terms: OrderTerms, now_ms: int) -> DemoOrder:
        """Adds an accepted order, with new ids, to the history."""
        order = DemoOrder(
            id=self.new_id(now_ms),
            client_id=self.new_id(now_ms),
            symbol=request.symbol.upper(),
            side=request.side,
            reduce_only=request.reduce_only,
            source=request.source,
            time_ms=now_ms,
            size=terms.size,
            hold_side=terms.hold_side,
            leverage=terms.leverage,
            margin_mode=terms.margin_mode,
        )
        self.orders.append(order)
        return order

    def record_fill(self, fill: DemoFill) -> None:
        """Adds a fill to the history, and its profit and fee to the balance."""
        self.fills.append(fill)
        self._record_bill(fill.order.bill_type, fill.symbol, fill.profit, fill.fee, fill.time_ms)

    def archive_if_closed(self, position: DemoPosition, now_ms: int) -> None:
        """Moves a position of size zero into the history."""
        if not position.total:
            self.positions = [other for other in self.positions if other is not position]
            self.closed.append(DemoClosedPosition(self.new_id(now_ms), position, now_ms))

    def apply_funding(self, position: DemoPosition, amount: Decimal, now_ms: int) -> None:
        """Receives funding for a position, or pays it if negative."""
        position.apply_funding(amount, now_ms)
        self._record_bill(FUNDING, position.symbol, amount, Decimal(0), now_ms)

    def deposit(self, amount: Decimal, now_ms: int) -> None:
        """Adds money to the balance."""
        self._record_bill(TRANSFER, "", amount, Decimal(0), now_ms)

    @property
    def last_id(self) -> int:
        """The newest id of an order, fill, bill or position."""
        return self._last_id

    def fills_of(self, order: DemoOrder) -> list[DemoFill]:
        """An order's fills, oldest first."""
        return [fill for fill in self.fills_after(int(order.id)) if fill.order is order]

    def fills_after(self, last_id: int) -> list[DemoFill]:
        """The fills with greater ids, oldest first."""
        return list(takewhile(lambda fill: int(fill.id) > last_id, reversed(self.fills)))[::-1]

    def orders_after(self, last_id: int) -> list[DemoOrder]:
        """The orders with greater ids, oldest first."""
        return list(takewhile(lambda order: int(order.id) > last_id, reversed(self.orders)))[::-1]

    def new_id(self, now_ms: int) -> str:
        """A new id in Bitget's format, greater than all before."""
        self._last_id = max(self._last_id + 1, (now_ms - ID_EPOCH_MS) << 22)
        return str(self._last_id)

    def _record_bill(self, business: str, symbol: str, amount: Decimal, fee: Decimal, now_ms: int) -> None:
        self.balance += amount + fee
        bill = DemoBill(self.new_id(now_ms), business, symbol, amount, fee, self.balance, now_ms)
        self.bills.append(bill)
