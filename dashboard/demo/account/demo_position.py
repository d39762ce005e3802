"""An open position in Bitget's words: its facts, and what fills and funding do to it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dashboard.demo.account.traded_totals import NO_TRADES, TradedTotals
from dashboard.demo.market.demo_market import plain
from dashboard.demo.market.instruments import BTC_PRICE, find_instrument

HoldSide = Literal["long", "short"]
OrderSide = Literal["buy", "sell"]
PosMode = Literal["one_way_mode", "hedge_mode"]

DEMO_ENTRY = BTC_PRICE
DEMO_LEVERAGE = 20
DEMO_SIZE = Decimal("0.5")
DEMO_KEEP_MARGIN_RATE = Decimal("0.004")
PRICE_STEP = Decimal("0.1")
AVERAGE_STEP = Decimal("1e-10")
MONEY_STEP = Decimal("1e-8")


def isolated_liquidation(
    entry: Decimal, leverage: int, rate: Decimal, *, sign: int = 1, step: Decimal = PRICE_STEP
) -> Decimal:
    """Where a linear isolated position (a long; `sign` -1: a short) is liquidated, without fees.

    `rate` is the maintenance margin rate.
    """
    return (entry * (1 - Decimal(sign) / leverage) / (1 - sign * rate)).quantize(step)


@dataclass
class DemoPosition:
    """An open position in Bitget's words; a test may change it. `total` is in base coins."""

    symbol: str = "BTCUSDT"
    product: str = "USDT-FUTURES"
    margin_coin: str = "USDT"
    hold_side: HoldSide = "long"
    total: Decimal = DEMO_SIZE
    open_price: Decimal = DEMO_ENTRY
    leverage: int = DEMO_LEVERAGE
    margin_mode: Literal["isolated", "crossed"] = "isolated"
    pos_mode: PosMode = "one_way_mode"
    liquidation_price: str = plain(isolated_liquidation(DEMO_ENTRY, DEMO_LEVERAGE, DEMO_KEEP_MARGIN_RATE))
    keep_margin_rate: Decimal = DEMO_KEEP_MARGIN_RATE
    achieved_profits: Decimal = Decimal(0)
    position_id: str = "1400000000000000001"
    opened_ms: int = 0
    updated_ms: int = 0
    life: TradedTotals = NO_TRADES

    @property
    def inverse(self) -> bool:
        """Whether it settles in the base coin."""
        return self.product == "COIN-FUTURES"

    @property
    def sign(self) -> int:
        """1 for a long, -1 for a short."""
        return 1 if self.hold_side == "long" else -1

    @property
    def adding(self) -> OrderSide:
        """The side of an order that adds to it."""
        return "buy" if self.hold_side == "long" else "sell"

    @property
    def closing(self) -> OrderSide:
        """The side of an order that reduces or closes it."""
        return "sell" if self.hold_side == "long" else "buy"

    @property
    def margin(self) -> Decimal:
        """The initial margin, in the margin coin."""
        notional = self.total if self.inverse else self.total * self.open_price
        return notional / self.leverage

    def unrealized(self, mark: Decimal) -> Decimal:
        """Profit at the mark price, in the margin coin; coin-margined sizes too are in base coins."""
        return self._profit(self.total, mark)

    def is_liquidated_at(self, mark: Decimal) -> bool:
        """Whether the mark price has reached the liquidation price, if there is one."""
        level = Decimal(self.liquidation_price or 0)
        return level > 0 and (mark - level) * self.sign <= 0

    def increase(self, size: Decimal, price: Decimal, fee: Decimal, now_ms: int) -> None:
        """A fill opens it or adds to it."""
        value = self.total * self.open_price + size * price
        self.total += size
        self.open_price = (value / self.total).quantize(AVERAGE_STEP)
        self.life = self.life.after_open(size, price, fee)
        self._changed(now_ms)

    def reduce(self, size: Decimal, price: Decimal, fee: Decimal, now_ms: int) -> Decimal:
        """A fill takes `size` away; the profit of it, without fees."""
        # Adding zero makes a zero out of a negative one.
        profit = self._profit(size, price).quantize(MONEY_STEP) + 0
        self.total -= size
        self.achieved_profits += profit
        self.life = self.life.after_close(size, price, fee)
        self._changed(now_ms)
        return profit

    def settle(self, funding: Decimal, now_ms: int) -> None:
        """Funding is received, or paid if negative."""
        self.life = self.life.after_funding(funding)
        self.updated_ms = now_ms

    def _profit(self, size: Decimal, price: Decimal) -> Decimal:
        if self.inverse:
            return self.sign * size * (1 - self.open_price / price)
        return self.sign * size * (price - self.open_price)

    def _changed(self, now_ms: int) -> None:
        self.updated_ms = now_ms
        instrument = find_instrument(self.product, self.symbol)
        if instrument is None or self.inverse or self.margin_mode != "isolated":
            return
        self.keep_margin_rate = instrument.keep_margin_rate(self.total * self.open_price)
        level = isolated_liquidation(
            self.open_price, self.leverage, self.keep_margin_rate, sign=self.sign, step=instrument.price_step
        )
        self.liquidation_price = plain(max(level, Decimal(0)))
