"""The demo account: its keys, its positions, and the levels that suit them."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from .instruments import BTC_PRICE
from .market import plain

DEMO_KEY = "demo-key"
DEMO_SECRET = "demo-secret"  # noqa: S105 - opens nothing but the demo
DEMO_PASSPHRASE = "demo-passphrase"  # noqa: S105 - the same

DEMO_ENTRY = BTC_PRICE
DEMO_LEVERAGE = 20
DEMO_SIZE = Decimal("0.5")
DEMO_KEEP_MARGIN_RATE = Decimal("0.004")


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


def isolated_liquidation(entry: Decimal, leverage: int, rate: Decimal) -> Decimal:
    """Where a linear isolated long is liquidated, without fees, at maintenance margin rate `rate`."""
    return (entry * (1 - Decimal(1) / leverage) / (1 - rate)).quantize(Decimal("0.1"))


@dataclass
class DemoPosition:
    """An open position in Bitget's words; a test may change it. `total` is in base coins."""

    symbol: str = "BTCUSDT"
    product: str = "USDT-FUTURES"
    margin_coin: str = "USDT"
    hold_side: Literal["long", "short"] = "long"
    total: Decimal = DEMO_SIZE
    open_price: Decimal = DEMO_ENTRY
    leverage: int = DEMO_LEVERAGE
    margin_mode: Literal["isolated", "crossed"] = "isolated"
    pos_mode: Literal["one_way_mode", "hedge_mode"] = "one_way_mode"
    liquidation_price: str = plain(isolated_liquidation(DEMO_ENTRY, DEMO_LEVERAGE, DEMO_KEEP_MARGIN_RATE))
    keep_margin_rate: Decimal = DEMO_KEEP_MARGIN_RATE
    achieved_profits: Decimal = Decimal(0)
    position_id: str = "1400000000000000001"
    opened_ms: int = 0

    @property
    def inverse(self) -> bool:
        """Whether it settles in the base coin."""
        return self.product == "COIN-FUTURES"

    @property
    def margin(self) -> Decimal:
        """The initial margin, in the margin coin."""
        notional = self.total if self.inverse else self.total * self.open_price
        return notional / self.leverage

    def unrealized(self, mark: Decimal) -> Decimal:
        """Profit at the mark price, in the margin coin; coin-margined sizes too are in base coins."""
        sign = 1 if self.hold_side == "long" else -1
        if self.inverse:
            return sign * self.total * (1 - self.open_price / mark)
        return sign * self.total * (mark - self.open_price)

    def common_fields(self, mark: Decimal) -> dict[str, str]:
        """The fields of REST and websocket rows alike."""
        return {
            "marginCoin": self.margin_coin,
            "holdSide": self.hold_side,
            "marginSize": _coins(self.margin),
            "available": plain(self.total),
            "total": plain(self.total),
            "leverage": str(self.leverage),
            "achievedProfits": plain(self.achieved_profits),
            "openPriceAvg": plain(self.open_price),
            "marginMode": self.margin_mode,
            "posMode": self.pos_mode,
            "unrealizedPL": _coins(self.unrealized(mark)),
            "liquidationPrice": self.liquidation_price,
            "keepMarginRate": plain(self.keep_margin_rate),
            "cTime": str(self.opened_ms),
            "uTime": str(self.opened_ms),
        }

    def rest_row(self, mark: Decimal) -> dict[str, str]:
        """A row of /api/v2/mix/position/all-position."""
        return self.common_fields(mark) | {
            "symbol": self.symbol,
            "openDelegateSize": "0",
            "locked": "0",
            "markPrice": plain(mark),
            "marginRatio": _coins(self._margin_ratio(mark)),
            "breakEvenPrice": plain(self.open_price),
            "autoMargin": "off",
        }

    def socket_row(self, mark: Decimal) -> dict[str, str]:
        """A row of the websocket's `positions` channel."""
        return self.common_fields(mark) | {
            "posId": self.position_id,
            "instId": self.symbol,
            "frozen": "0",
            "marginRate": _coins(self._margin_ratio(mark)),
            "unrealizedPLR": _coins(self.unrealized(mark) / self.margin),
            "autoMargin": "off",
        }

    def _margin_ratio(self, mark: Decimal) -> Decimal:
        """Maintenance margin over what is left of the margin: liquidation is at 1."""
        value = self.total if self.inverse else self.total * mark
        left = self.margin + self.unrealized(mark)
        return min(Decimal(1), value * self.keep_margin_rate / left) if left > 0 else Decimal(1)


@dataclass
class DemoAccount:
    """Keys and positions; change `positions` as you like."""

    api_key: str = DEMO_KEY
    secret: str = DEMO_SECRET
    passphrase: str = DEMO_PASSPHRASE
    positions: list[DemoPosition] = field(default_factory=lambda: [DemoPosition()])


def _coins(amount: Decimal) -> str:
    return plain(amount.quantize(Decimal("1e-9")))
