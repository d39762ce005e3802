"""The demo account: its keys, its positions and how they came about, and the levels that suit them."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import takewhile

from dashboard.demo.account.demo_bill import FUNDING, TRANSFER, DemoBill
from dashboard.demo.account.demo_fill import DemoFill
from dashboard.demo.account.demo_order import DemoOrder
from dashboard.demo.account.demo_position import DEMO_ENTRY, DemoPosition, HoldSide
from dashboard.demo.account.traded_totals import DemoClosedPosition

DEMO_KEY = "demo-key"
DEMO_SECRET = "demo-secret"  # noqa: S105 - opens nothing but the demo
DEMO_PASSPHRASE = "demo-passphrase"  # noqa: S105 - the same

DEMO_BALANCE = Decimal(50_000)
KEPT = 10_000
"""How many fills, orders and bills are remembered, each."""
ID_DAWN_MS = 1_435_725_921_154
"""The moment from which Bitget's ids count milliseconds; they are that, shifted by 22 bits."""


@dataclass(frozen=True, slots=True)
class DemoLevels:
    """Prices, in quote currency, that the demo's tide visits within minutes."""

    trap_low: Decimal
    trap_high: Decimal
    take_profit: Decimal
    stop_loss: Decimal


DEMO_LEVELS = DemoLevels(
    trap_low=DEMO_ENTRY * Decimal("0.979"),
    trap_high=DEMO_ENTRY * Decimal("0.989"),
    take_profit=DEMO_ENTRY * Decimal("1.012"),
    stop_loss=DEMO_ENTRY * Decimal("0.968"),
)


@dataclass
class DemoAccount:
    """Keys, positions and their history, oldest first; change `positions` as you like."""

    api_key: str = DEMO_KEY
    secret: str = DEMO_SECRET
    passphrase: str = DEMO_PASSPHRASE
    positions: list[DemoPosition] = field(default_factory=lambda: [DemoPosition()])
    balance: Decimal = DEMO_BALANCE
    """In USDT, without unrealised profits."""
    hedge: bool = False
    """Whether long and short are two positions; set it by `use_hedge_mode`."""
    fills_kept_ms: int | None = None
    """REST tells of no fill that is older; None: it tells of all."""
    fills: deque[DemoFill] = field(default_factory=lambda: deque(maxlen=KEPT))
    orders: deque[DemoOrder] = field(default_factory=lambda: deque(maxlen=KEPT))
    bills: deque[DemoBill] = field(default_factory=lambda: deque(maxlen=KEPT))
    closed: deque[DemoClosedPosition] = field(default_factory=lambda: deque(maxlen=KEPT))
    _last_id: int = 0

    @property
    def available(self) -> Decimal:
        """What no position holds as its margin, in USDT."""
        return self.balance - sum(p.margin for p in self.positions if p.margin_coin == "USDT")

    def use_hedge_mode(self) -> None:
        """From now on long and short are two positions."""
        self.hedge = True
        for position in self.positions:
            position.pos_mode = "hedge_mode"

    def held(self, product: str, symbol: str, hold_side: HoldSide | None = None) -> DemoPosition | None:
        """The open position in a symbol; of that side, if given."""
        for position in self.positions:
            same = (position.product, position.symbol) == (product, symbol)
            if same and hold_side in (None, position.hold_side):
                return position
        return None

    def fills_of(self, order: DemoOrder) -> list[DemoFill]:
        """An order's fills, oldest first."""
        return [fill for fill in self.fills_after(int(order.id)) if fill.order is order]

    def enter(self, fill: DemoFill) -> None:
        """Remembers a fill, with what it has earned and cost."""
        self.fills.append(fill)
        self.write_bill(fill.order.bill, fill.symbol, fill.profit, fill.fee, fill.time_ms)

    def retire(self, position: DemoPosition, now_ms: int) -> None:
        """Moves a position into history if nothing of it is left."""
        if not position.total:
            self.positions = [other for other in self.positions if other is not position]
            self.closed.append(DemoClosedPosition(self.new_id(now_ms), position, now_ms))

    def settle(self, position: DemoPosition, funding: Decimal, now_ms: int) -> None:
        """Receives funding for a position, or pays it if negative."""
        position.settle(funding, now_ms)
        self.write_bill(FUNDING, position.symbol, funding, Decimal(0), now_ms)

    def deposit(self, amount: Decimal, now_ms: int) -> None:
        """Moves money in."""
        self.write_bill(TRANSFER, "", amount, Decimal(0), now_ms)

    @property
    def last_id(self) -> int:
        """The newest id of anything."""
        return self._last_id

    def fills_after(self, seen: int) -> list[DemoFill]:
        """The fills with greater ids, oldest first."""
        return list(takewhile(lambda fill: int(fill.id) > seen, reversed(self.fills)))[::-1]

    def orders_after(self, seen: int) -> list[DemoOrder]:
        """The orders with greater ids, oldest first."""
        return list(takewhile(lambda order: int(order.id) > seen, reversed(self.orders)))[::-1]

    def new_id(self, now_ms: int) -> str:
        """An id as Bitget gives them: later ones are greater."""
        self._last_id = max(self._last_id + 1, (now_ms - ID_DAWN_MS) << 22)
        return str(self._last_id)

    def write_bill(self, business: str, symbol: str, amount: Decimal, fee: Decimal, now_ms: int) -> None:
        """Changes the balance, and says why."""
        self.balance += amount + fee
        bill = DemoBill(self.new_id(now_ms), business, symbol, amount, fee, self.balance, now_ms)
        self.bills.append(bill)
