"""The price path of one coin: a pure function of a seed and a minute.

Minutes are counted from the origin, a full hour one or two hours before the exchange opens. The path has
three sections:

- History, before the origin: days are a random walk back from the origin; a day is split into hours and an
  hour into minutes.
- Warm-up, from the origin to the opening: one span that is split into minutes of growing volatility.
- Trading, from the opening on: each minute runs from one waypoint of the market cycle to the next; hours and
  days are joined from their minutes.

Candles of every length therefore agree exactly with each other and with the ticks, and nothing is stored.
"""

import random
from collections.abc import Iterator
from functools import lru_cache
from math import log1p

from dashboard.demo.market.price_bars import PriceBar, PriceBars, bridge, join, split

HOUR_MINUTES = 60
DAY_MINUTES = 24 * HOUR_MINUTES
TICKS = 600
"""Price changes in a minute: one each 100 ms."""
SEGMENTS = 12
"""A minute's ticks are drawn in segments of five seconds."""
HISTORY_DAYS = 1000
CHILDREN = {DAY_MINUTES: (HOUR_MINUTES, 24), HOUR_MINUTES: (1, 60)}
"""The length and the number of the smaller spans in a span."""

OPENING_OFFSET = 0.001
CYCLES = (
    (0.015, 0.004, -0.016, -0.0385, -0.017, -0.006),
    (0.015, -0.007, -0.020, -0.0385, -0.026, -0.009),
    (0.015, -0.016, -0.028, -0.0385, -0.015, -0.003),
    (0.015, -0.016, -0.0385, -0.025, -0.0385, -0.008),
)
"""The possible cycles of the market: relative offsets from the base price, one each minute."""
WAYPOINT_JITTER = 0.002
MAX_WICK = 0.0022


class PricePath:
    """One coin's path. The exchange opens `lead` minutes after the origin; `beta` scales the market cycle."""

    def __init__(self, seed: int, coin: str, *, lead: int, beta: float = 1.0) -> None:
        self._seed = seed
        self._coin = coin
        self._lead = lead
        self._beta = beta
        self._history_days = self._draw_history()
        self._warm_up = self._draw_warm_up()
        self.span = lru_cache(maxsize=512)(self._span)
        self.bar = lru_cache(maxsize=4096)(self._bar)
        self.ticks = lru_cache(maxsize=8)(self._ticks)
        self._children = lru_cache(maxsize=2048)(self._split)

    def _span(self, first: int, end: int) -> PriceBar:
        """The bar of the minutes from `first` up to but excluding `end`."""
        return join(list(self._pieces(first, end)))

    def _pieces(self, first: int, end: int) -> Iterator[PriceBar]:
        while first < end:
            size = next(
                size for size in (DAY_MINUTES, HOUR_MINUTES, 1) if first % size == 0 and first + size <= end
            )
            yield self.bar(size, first // size)
            first += size

    def _bar(self, size: int, index: int) -> PriceBar:
        """The bar of a whole day, hour or minute; `size` in minutes, `index` counted from the origin."""
        if index < 0:
            return self._history_days[-1 - index] if size == DAY_MINUTES else self._history_part(size, index)
        if size == 1:
            return self._warm_up[index] if index < self._lead else self._trading_minute(index)
        smaller, parts = CHILDREN[size]
        return join([self.bar(smaller, index * parts + i) for i in range(parts)])

    def _history_part(self, size: int, index: int) -> PriceBar:
        """An hour of a day, or a minute of an hour, of history."""
        whole = HOUR_MINUTES if size == 1 else DAY_MINUTES
        return self._children(whole, index * size // whole)[index % (whole // size)]

    def _split(self, size: int, index: int) -> PriceBars:
        return split(self.bar(size, index), CHILDREN[size][1], self._rng("split", size, index))

    def _ticks(self, minute: int) -> list[float]:
        """The minute's last prices, one each 100 ms; the first is its open, the last its close."""
        rng = self._rng("ticks", minute)
        ticks: list[float] = []
        for segment in split(self.bar(1, minute), SEGMENTS, rng):
            ticks += bridge(segment, [1.0] * (TICKS // SEGMENTS - 1), 0.3, rng)
        return ticks

    def _draw_history(self) -> PriceBars:
        """History's days, newest first; a weak pull towards the base price keeps them plausible."""
        rng, close, days = self._rng("days"), 0.0, []
        for _ in range(HISTORY_DAYS):
            volatility = rng.choice((0.6, 0.8, 1.0, 1.7))
            first = 0.995 * close - rng.gauss(0.0003, 0.022 * volatility)
            high = max(first, close) + abs(rng.gauss(0, 0.012 * volatility))
            low = min(first, close) - abs(rng.gauss(0, 0.012 * volatility))
            days.append(PriceBar(first, high, low, close, volatility * rng.uniform(0.7, 1.3)))
            close = first
        return days

    def _draw_warm_up(self) -> PriceBars:
        """The minutes from the base price to the first waypoint, with growing volatility."""
        rng, last = self._rng("morning"), self._waypoint(self._lead)
        high, low = max(0.0, last) + rng.uniform(0.006, 0.012), min(0.0, last) - rng.uniform(0.006, 0.012)
        whole = PriceBar(0.0, high, low, last, 2.5 * self._lead / DAY_MINUTES)
        return split(whole, self._lead, rng, growth=3.0)

    def _trading_minute(self, minute: int) -> PriceBar:
        """A minute after the opening, from one waypoint to the next; volatility changes every 7 minutes."""
        rng = self._rng("minute", minute)
        first, last = self._waypoint(minute), self._waypoint(minute + 1)
        volatility = self._rng("spell", minute // 7).choice((0.5, 0.5, 0.8, 2.0))
        up, down = (min(MAX_WICK, abs(rng.gauss(0, 0.0006 * volatility))) for _ in range(2))
        high, low = max(first, last) + up, min(first, last) - down
        turnover = (0.5 * volatility + 150 * (high - low)) * rng.uniform(0.6, 1.4) / DAY_MINUTES
        return PriceBar(first, high, low, last, turnover)

    def _waypoint(self, minute: int) -> float:
        """The level at the start of a minute; near the base price during the first minute of trading."""
        cycle, place = divmod(minute - self._lead - 2, len(CYCLES[0]))
        # The random generator of the cycle is the same for all coins, so that they rise and fall together.
        offsets = random.Random(f"{self._seed}/tide/{cycle}").choice(CYCLES)
        offset = OPENING_OFFSET if minute < self._lead + 2 else offsets[place]
        jitter = self._rng("station", minute).uniform(-WAYPOINT_JITTER, WAYPOINT_JITTER)
        return log1p(self._beta * (offset + jitter))

    def _rng(self, *name: object) -> random.Random:
        """The generator of one part of the path. Its name is part of the seed: another gives other prices."""
        return random.Random("/".join(map(str, (self._seed, self._coin, *name))))
