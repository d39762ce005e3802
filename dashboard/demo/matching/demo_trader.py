"""The demo's automatic trader: a few random orders a minute, reproducible from a seed; no I/O.

It keeps the long in bitcoin near the demo's initial size and entry, so that the demo's price levels stay
meaningful. In the other coins it opens two positions at once, then adds, reduces, flips, takes profits and
stops losses. Now and then it leaves a position without a stop, until it is liquidated.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.demo.account.demo_order import OrderRequest, OrderSource
from dashboard.demo.account.demo_position import DEMO_ENTRY, DEMO_SIZE, DemoPosition, OrderSide
from dashboard.demo.market.demo_market import MINUTE_MS
from dashboard.demo.market.instruments import INSTRUMENTS

MarkPrices = Callable[[str], Decimal]

CORE_SYMBOL = "BTCUSDT"
CORE_HOLD_MS = 5 * MINUTE_MS
"""The time from the start during which the bitcoin position is not traded."""
DECISION_INTERVAL_MS = 1000
TRADE_PAUSE_MS = (7_000, 24_000)
MIN_CORE_SHARE = Decimal("0.7")
"""The smallest share of the demo's initial size that the long in bitcoin keeps."""
CORE_BUY_RANGE = (DEMO_ENTRY * Decimal("0.994"), DEMO_ENTRY * Decimal("1.001"))
"""The prices at which bitcoin is bought back, so that the entry changes little."""
STOP_LOSS, TAKE_PROFIT = Decimal("-0.45"), Decimal("0.7")
"""The results, as profit over margin, at which a position is closed."""
NO_STOP_PROBABILITY = 0.05


@dataclass(frozen=True, slots=True)
class TradingProfile:
    """The usual size and leverage of a coin's position."""

    size: Decimal
    leverage: int


PROFILES = {
    "ETHUSDT": TradingProfile(Decimal("1.2"), 25),
    "SOLUSDT": TradingProfile(Decimal(20), 20),
    "DOGEUSDT": TradingProfile(Decimal(16_000), 15),
}
INITIAL_SYMBOLS = ("ETHUSDT", "SOLUSDT")
"""Opened at once, so that there are several positions from the start."""
SIZE_STEPS = {i.id: i.size_step for i in INSTRUMENTS if i.product != "SPOT"}


class DemoTrader:
    """Decides by positions, mark prices and the time, for an account in one-way mode."""

    def __init__(self, seed: int = 7) -> None:
        self._rng = random.Random(f"{seed}/trader")
        self._started_ms: int | None = None
        self._decided_ms = 0
        self._next_trade_ms = 0
        self._without_stop: set[str] = set()

    def decide(self, positions: Iterable[DemoPosition], mark: MarkPrices, now_ms: int) -> list[OrderRequest]:
        """The orders to place now."""
        if now_ms < self._decided_ms + DECISION_INTERVAL_MS:
            return []
        self._decided_ms = now_ms
        if self._started_ms is None:
            self._started_ms, self._next_trade_ms = now_ms, now_ms + TRADE_PAUSE_MS[0]
            return [self._open(symbol) for symbol in INITIAL_SYMBOLS]
        by_symbol = {position.symbol: position for position in positions}
        requests = self._exits(by_symbol, mark)
        if not requests and now_ms >= self._next_trade_ms:
            self._next_trade_ms = now_ms + self._rng.randint(*TRADE_PAUSE_MS)
            requests = self._random_trade(by_symbol, mark, now_ms - self._started_ms)
        return requests

    def _exits(self, positions: Mapping[str, DemoPosition], mark: MarkPrices) -> list[OrderRequest]:
        """Closes the positions that have reached their target or stop."""
        requests = []
        for symbol in PROFILES.keys() & positions.keys():
            result = positions[symbol].unrealized(mark(symbol)) / positions[symbol].margin
            if result >= TAKE_PROFIT:
                requests.append(_close(positions[symbol], "profit_market"))
            elif result <= STOP_LOSS and symbol not in self._without_stop:
                requests.append(_close(positions[symbol], "loss_market"))
        return sorted(requests, key=lambda request: request.symbol)

    def _random_trade(
        self, positions: Mapping[str, DemoPosition], mark: MarkPrices, age_ms: int
    ) -> list[OrderRequest]:
        symbol = self._rng.choice((*PROFILES, CORE_SYMBOL))
        if symbol == CORE_SYMBOL:
            if age_ms < CORE_HOLD_MS:
                return []
            return self._trade_core(positions.get(CORE_SYMBOL), mark(CORE_SYMBOL))
        position = positions.get(symbol)
        return [self._open(symbol) if position is None else self._change(position)]

    def _trade_core(self, position: DemoPosition | None, price: Decimal) -> list[OrderRequest]:
        """Sells a little bitcoin, or buys back to the initial size near the initial entry."""
        total = position.total if position is not None else Decimal(0)
        if position is not None and position.hold_side == "short":
            return [_close(position, "market")]
        if total < DEMO_SIZE and CORE_BUY_RANGE[0] <= price <= CORE_BUY_RANGE[1]:
            return [OrderRequest(CORE_SYMBOL, "buy", DEMO_SIZE - total, parts=self._rng.randint(1, 3))]
        size = DEMO_SIZE * self._rng.randint(4, 16) / 100
        if total - size >= DEMO_SIZE * MIN_CORE_SHARE:
            return [OrderRequest(CORE_SYMBOL, "sell", size, reduce_only=True)]
        return []

    def _open(self, symbol: str) -> OrderRequest:
        """Opens a position, seldom without a stop and then with higher leverage."""
        profile = PROFILES[symbol]
        without_stop = self._rng.random() < NO_STOP_PROBABILITY
        (self._without_stop.add if without_stop else self._without_stop.discard)(symbol)
        side: OrderSide = self._rng.choice(("buy", "sell"))
        size = _rounded(symbol, profile.size * self._rng.randint(60, 140) / 100)
        leverage = 3 * profile.leverage if without_stop else profile.leverage
        parts = self._rng.choice((1, 1, 1, 2, 3))
        return OrderRequest(symbol, side, size, parts=parts, leverage=leverage)

    def _change(self, position: DemoPosition) -> OrderRequest:
        """Adds to a position, reduces, flips or closes it."""
        symbol, profile = position.symbol, PROFILES[position.symbol]
        size = _rounded(symbol, position.total * self._rng.randint(20, 50) / 100)
        action = self._rng.choice(("add", "add", "reduce", "reduce", "flip", "close"))
        if action == "add" and position.total < 2 * profile.size:
            parts = self._rng.choice((1, 1, 2))
            return OrderRequest(symbol, position.increasing_side, size, parts=parts)
        if action == "flip":
            flipped = position.total + _rounded(symbol, profile.size * Decimal("0.8"))
            return OrderRequest(symbol, position.closing_side, flipped)
        if action == "close":
            return _close(position, "market")
        parts = self._rng.choice((1, 1, 2))
        return OrderRequest(symbol, position.closing_side, size, reduce_only=True, parts=parts)


def _close(position: DemoPosition, source: OrderSource) -> OrderRequest:
    return OrderRequest(
        position.symbol, position.closing_side, position.total, reduce_only=True, source=source
    )


def _rounded(symbol: str, size: Decimal) -> Decimal:
    """The size rounded down to the instrument's step, at least one step."""
    step = SIZE_STEPS[symbol]
    return max(step, size // step * step)
