"""Orders, in Bitget's words. What is not a market order does not exist here."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dashboard.demo.account.demo_position import HoldSide, OrderSide, PosMode

OrderSource = Literal["market", "loss_market", "profit_market", "liquidation"]


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What somebody wants to trade: `size` in base coins, filled in so many `parts`.

    In hedge mode a `reduce_only` buy closes the short and a sell the long; else they open long and short.
    `leverage` is that of a position which this opens.
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
        """The position that it is about in hedge mode."""
        return "long" if (self.side == "buy") != self.reduce_only else "short"


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """An accepted order; `hold_side` is the position it is about in hedge mode, `net` in one-way mode."""

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
    product: str = "USDT-FUTURES"
    margin_coin: str = "USDT"

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sell."""
        return 1 if self.side == "buy" else -1

    @property
    def hedged(self) -> bool:
        """Whether long and short are two positions."""
        return self.about is not None

    @property
    def about(self) -> HoldSide | None:
        """The side of the one position that it can touch; None: of whichever there is."""
        return None if self.hold_side == "net" else self.hold_side

    @property
    def opens(self) -> HoldSide:
        """The side of what it opens."""
        return "long" if self.side == "buy" else "short"

    @property
    def pos_mode(self) -> PosMode:
        """The account's position mode."""
        return "hedge_mode" if self.hedged else "one_way_mode"

    @property
    def wire_side(self) -> str:
        """In hedge mode Bitget tells the position's side here: a long is closed by a `buy` too."""
        if not self.hedged:
            return self.side
        return "buy" if self.hold_side == "long" else "sell"

    @property
    def trade_side(self) -> str:
        """What the order does; `burst` is Bitget's word for a liquidation."""
        burst = "burst_" if self.source == "liquidation" else ""
        if not self.hedged:
            return f"{burst}{self.side}_single"
        if burst:
            return f"burst_close_{self.hold_side}"
        return "close" if self.reduce_only else "open"

    @property
    def bill(self) -> str:
        """What the bills of its fills call themselves."""
        if not self.hedged:
            return self.trade_side.removesuffix("_single")
        return f"{self.trade_side.removesuffix('_' + self.hold_side)}_{self.hold_side}"

    @property
    def entered_by(self) -> str:
        """Who placed it."""
        return "SYS" if self.source == "liquidation" else "API"
