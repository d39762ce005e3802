"""An open position in Bitget's terms, changed by fills and funding."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dashboard.demo.account.traded_totals import NO_TRADES, TradedTotals
from dashboard.demo.market.decimal_text import decimal_text
from dashboard.demo.market.instruments import BTC_PRICE, USDT_FUTURES, find_instrument

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
    """The liquidation price of a linear isolated position, without fees.

    `rate` is the maintenance margin rate; `sign` is 1 for a long, -1 for a short.
    """
    return (entry * (1 - Decimal(sign) / leverage) / (1 - sign * rate)).quantize(step)


@dataclass
class DemoPosition:
    """An open position in Bitget's terms, `total` in base coins; tests may change its fields."""

    symbol: str = "BTCUSDT"
    product: str = USDT_FUTURES
    margin_coin: str = "USDT"
    hold_side: HoldSide = "long"
    total: Decimal = DEMO_SIZE
    open_price: Decimal = DEMO_ENTRY
    leverage: int = DEMO_LEVERAGE
    margin_mode: Literal["isolated", "crossed"] = "isolated"
    pos_mode: PosMode = "one_way_mode"
    liquidation_price: str = decimal_text(
        isolated_liquidation(DEMO_ENTRY, DEMO_LEVERAGE, DEMO_KEEP_MARGIN_RATE)
    )
    keep_margin_rate: Decimal = DEMO_KEEP_MARGIN_RATE
    achieved_profits: Decimal = Decimal(0)
    position_id: str = "1400000000000000001"
    opened_ms: int = 0
    updated_ms: int = 0
    totals: TradedTotals = NO_TRADES
    stated_pnl_factor: Decimal = Decimal(1)
    """A fault: factor of the unrealised profit in its rows, which contradicts size and prices unless 1."""

    @property
    def inverse(self) -> bool:
        """True if it settles in the base coin."""
        return self.product == "COIN-FUTURES"

    @property
    def sign(self) -> int:
        """1 for a long, -1 for a short."""
        return 1 if self.hold_side == "long" else -1

    @property
    def increasing_side(self) -> OrderSide:
        """The side of an order that adds to it."""
        return "buy" if self.hold_side == "long" else "sell"

    @property
    def closing_side(self) -> OrderSide:
        """The side of an order that reduces or closes it."""
        return "sell" if self.hold_side == "long" else "buy"

    @property
    def margin(self) -> Decimal:
        """The initial margin, in the margin coin."""
        notional = self.total if self.inverse else self.total * self.open_price
        return notional / self.leverage

    def unrealized(self, mark: Decimal) -> Decimal:
        """Profit at the mark price, in the margin coin."""
        return self._profit(self.total, mark)

    def is_liquidated_at(self, mark: Decimal) -> bool:
        """True if the mark price has reached the liquidation price; a price of 0 is none."""
        level = Decimal(self.liquidation_price or 0)
        return level > 0 and (mark - level) * self.sign <= 0

    def increase(self, size: Decimal, price: Decimal, fee: Decimal, now_ms: int) -> None:
        """Applies a fill that opens it or adds to it."""
        value = self.total * self.open_price + size * price
        self.total += size
        self.open_price = (value / self.total).quantize(AVERAGE_STEP)
        self.totals = self.totals.after_open(size, price, fee)
        self._update_liquidation(now_ms)

    def reduce(self, size: Decimal, price: Decimal, fee: Decimal, now_ms: int) -> Decimal:
        """Applies a fill that reduces or closes it; returns the realised profit, without fees."""
        # Adding zero turns a negative zero into zero.
        profit = self._profit(size, price).quantize(MONEY_STEP) + 0
        self.total -= size
        self.achieved_profits += profit
        self.totals = self.totals.after_close(size, price, fee)
        self._update_liquidation(now_ms)
        return profit

    def apply_funding(self, amount: Decimal, now_ms: int) -> None:
        """Adds funding that was received, or paid if negative."""
        self.totals = self.totals.after_funding(amount)
        self.updated_ms = now_ms

    def _profit(self, size: Decimal, price: Decimal) -> Decimal:
        if self.inverse:
            return self.sign * size * (1 - self.open_price / price)
        return self.sign * size * (price - self.open_price)

    def _update_liquidation(self, now_ms: int) -> None:
        """Recalculates the liquidation price of a linear isolated position; others keep theirs."""
        self.updated_ms = now_ms
        instrument = find_instrument(self.product, self.symbol)
        if instrument is None or self.inverse or self.margin_mode != "isolated":
            return
        self.keep_margin_rate = instrument.keep_margin_rate(self.total * self.open_price)
        level = isolated_liquidation(
            self.open_price, self.leverage, self.keep_margin_rate, sign=self.sign, step=instrument.price_step
        )
        self.liquidation_price = decimal_text(max(level, Decimal(0)))
