"""The demo's trader: a few orders a minute, so that there is something to see; pure, but for its dice.

It keeps a long in bitcoin near the size and the entry with which the demo opens, so that the demo's levels
keep their meaning, and plays with the other coins: it begins with two, opens, adds, reduces, flips and takes
profits, is stopped out, and now and then leaves a position without a stop, to be liquidated.
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

ANCHOR = "BTCUSDT"
QUIET_MS = 5 * MINUTE_MS
"""How long bitcoin is left alone at first."""
LOOK_MS = 1000
PAUSE_MS = (7_000, 24_000)
LEAST = Decimal("0.7")
"""The share of the demo's size below which the long in bitcoin never falls."""
HOME = (DEMO_ENTRY * Decimal("0.994"), DEMO_ENTRY * Decimal("1.001"))
"""Bitcoin is bought back only here, so that the entry stays where it is."""
STOP, TARGET = Decimal("-0.45"), Decimal("0.7")
"""Where a position is given up or cashed in: profit over margin."""
RECKLESS = 0.05


@dataclass(frozen=True, slots=True)
class TradingProfile:
    """How much of a coin is usually held, and with which leverage."""

    size: Decimal
    leverage: int


HABITS = {
    "ETHUSDT": TradingProfile(Decimal("1.2"), 25),
    "SOLUSDT": TradingProfile(Decimal(20), 20),
    "DOGEUSDT": TradingProfile(Decimal(16_000), 15),
}
FIRST = ("ETHUSDT", "SOLUSDT")
"""Bought or sold at once, so that several positions are there from the start."""
STEPS = {instrument.id: instrument.size_step for instrument in INSTRUMENTS if instrument.product != "SPOT"}


class DemoTrader:
    """Decides by positions, mark prices and the time, for an account in one-way mode."""

    def __init__(self, seed: int = 7) -> None:
        self._rng = random.Random(f"{seed}/trader")
        self._began_ms: int | None = None
        self._looked_ms = 0
        self._next_ms = 0
        self._reckless: set[str] = set()

    def decide(self, positions: Iterable[DemoPosition], mark: MarkPrices, now_ms: int) -> list[OrderRequest]:
        """What it wants to trade at this moment."""
        if now_ms < self._looked_ms + LOOK_MS:
            return []
        self._looked_ms = now_ms
        if self._began_ms is None:
            self._began_ms, self._next_ms = now_ms, now_ms + PAUSE_MS[0]
            return [self._opened(symbol) for symbol in FIRST]
        held = {position.symbol: position for position in positions}
        wishes = self._exits(held, mark)
        if not wishes and now_ms >= self._next_ms:
            self._next_ms = now_ms + self._rng.randint(*PAUSE_MS)
            wishes = self._whim(held, mark, now_ms - self._began_ms)
        return wishes

    def _exits(self, held: Mapping[str, DemoPosition], mark: MarkPrices) -> list[OrderRequest]:
        """Stops that were reached, and targets."""
        wishes = []
        for symbol in HABITS.keys() & held.keys():
            result = held[symbol].unrealized(mark(symbol)) / held[symbol].margin
            if result >= TARGET:
                wishes.append(_close(held[symbol], "profit_market"))
            elif result <= STOP and symbol not in self._reckless:
                wishes.append(_close(held[symbol], "loss_market"))
        return sorted(wishes, key=lambda wish: wish.symbol)

    def _whim(self, held: Mapping[str, DemoPosition], mark: MarkPrices, age_ms: int) -> list[OrderRequest]:
        symbol = self._rng.choice((*HABITS, ANCHOR))
        if symbol == ANCHOR:
            return self._anchored(held.get(ANCHOR), mark(ANCHOR)) if age_ms >= QUIET_MS else []
        position = held.get(symbol)
        return [self._opened(symbol) if position is None else self._changed(position)]

    def _anchored(self, position: DemoPosition | None, price: Decimal) -> list[OrderRequest]:
        """Bitcoin: takes a little off, and puts it back where it was bought."""
        total = position.total if position is not None else Decimal(0)
        if position is not None and position.hold_side == "short":
            return [_close(position, "market")]
        if total < DEMO_SIZE and HOME[0] <= price <= HOME[1]:
            return [OrderRequest(ANCHOR, "buy", DEMO_SIZE - total, parts=self._rng.randint(1, 3))]
        some = DEMO_SIZE * self._rng.randint(4, 16) / 100
        if total - some >= DEMO_SIZE * LEAST:
            return [OrderRequest(ANCHOR, "sell", some, reduce_only=True)]
        return []

    def _opened(self, symbol: str) -> OrderRequest:
        habit = HABITS[symbol]
        reckless = self._rng.random() < RECKLESS
        (self._reckless.add if reckless else self._reckless.discard)(symbol)
        side: OrderSide = self._rng.choice(("buy", "sell"))
        size = _steps(symbol, habit.size * self._rng.randint(60, 140) / 100)
        leverage = 3 * habit.leverage if reckless else habit.leverage
        return OrderRequest(symbol, side, size, parts=self._rng.choice((1, 1, 1, 2, 3)), leverage=leverage)

    def _changed(self, position: DemoPosition) -> OrderRequest:
        """Adds to it, reduces, flips or closes it."""
        symbol, on, off = position.symbol, position.adding, position.closing
        some = _steps(symbol, position.total * self._rng.randint(20, 50) / 100)
        whim = self._rng.choice(("add", "add", "reduce", "reduce", "flip", "close"))
        if whim == "add" and position.total < 2 * HABITS[symbol].size:
            return OrderRequest(symbol, on, some, parts=self._rng.choice((1, 1, 2)))
        if whim == "flip":
            return OrderRequest(
                symbol, off, position.total + _steps(symbol, HABITS[symbol].size * Decimal("0.8"))
            )
        if whim == "close":
            return _close(position, "market")
        return OrderRequest(symbol, off, some, reduce_only=True, parts=self._rng.choice((1, 1, 2)))


def _close(position: DemoPosition, source: OrderSource) -> OrderRequest:
    return OrderRequest(position.symbol, position.closing, position.total, reduce_only=True, source=source)


def _steps(symbol: str, size: Decimal) -> Decimal:
    """The size on the instrument's step, and not nothing."""
    step = STEPS[symbol]
    return max(step, size // step * step)
