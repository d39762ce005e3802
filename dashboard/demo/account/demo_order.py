"""Market orders, in Bitget's terms; the demo knows no other type."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from dashboard.demo.account.demo_position import HoldSide, OrderSide, PosMode
from dashboard.demo.market.instruments import USDT_FUTURES

OrderSource = Literal["market", "loss_market", "profit_market", "liquidation"]


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A requested market order: `size` in base coins, filled in `parts` executions.

    In hedge mode a `reduce_only` buy closes the short and a sell the long; other orders open long and short.
    `leverage` applies to a position that the order opens.
    """

    symbol: str
    side: OrderSide
    size: Decimal
    reduce_only: bool = False
    parts: int = 1
    source: OrderSource = "market"
    leverage: int | None = None

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sell."""
        return 1 if self.side == "buy" else -1

    @property
    def hold_side(self) -> HoldSide:
        """The side of the position that it changes in hedge mode."""
        return "long" if (self.side == "buy") != self.reduce_only else "short"


class OrderTerms(NamedTuple):
    """Properties that an order takes from the account and its position."""

    size: Decimal
    hold_side: HoldSide | Literal["net"]
    leverage: int
    margin_mode: str


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """An accepted order; `hold_side` is its position's side in hedge mode, `net` in one-way mode."""

    id: str
    client_id: str
    symbol: str
    side: OrderSide
    size: Decimal
    hold_side: HoldSide | Literal["net"]
    reduce_only: bool
    source: OrderSource
    leverage: int
    margin_mode: str
    time_ms: int
    product: str = USDT_FUTURES
    margin_coin: str = "USDT"

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sell."""
        return 1 if self.side == "buy" else -1

    @property
    def hedged(self) -> bool:
        """True if long and short are separate positions."""
        return self.hold_side != "net"

    @property
    def target_side(self) -> HoldSide | None:
        """The only side of a position that it can change; None in one-way mode."""
        return None if self.hold_side == "net" else self.hold_side

    @property
    def opening_side(self) -> HoldSide:
        """The side of a position that it opens."""
        return "long" if self.side == "buy" else "short"

    @property
    def pos_mode(self) -> PosMode:
        """The account's position mode."""
        return "hedge_mode" if self.hedged else "one_way_mode"

    @property
    def bitget_side(self) -> str:
        """The `side` field: in hedge mode the position's side, so that a long is closed by a `buy` too."""
        if not self.hedged:
            return self.side
        return "buy" if self.hold_side == "long" else "sell"

    @property
    def trade_side(self) -> str:
        """Bitget's `tradeSide`: the order's effect; `burst` is its term for a liquidation."""
        burst = "burst_" if self.source == "liquidation" else ""
        if not self.hedged:
            return f"{burst}{self.side}_single"
        if burst:
            return f"burst_close_{self.hold_side}"
        return "close" if self.reduce_only else "open"

    @property
    def bill_type(self) -> str:
        """Bitget's `businessType` of the bills of its fills."""
        if not self.hedged:
            return self.trade_side.removesuffix("_single")
        return f"{self.trade_side.removesuffix('_' + self.hold_side)}_{self.hold_side}"

    @property
    def entry_source(self) -> str:
        """Bitget's `enterPointSource`: the system for a liquidation, otherwise the API."""
        return "SYS" if self.source == "liquidation" else "API"
