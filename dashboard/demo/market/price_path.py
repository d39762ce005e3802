"""The price path of one coin: a pure function of a seed and a minute.

Minutes are counted from *dawn*, a full hour one or two before the exchange opens. Before dawn lies history:
days are drawn as a walk back from dawn, and a day is split into hours and an hour into minutes. The morning,
from dawn to opening, is one span that is split too, and it grows restless. From opening on each minute runs
from one station of the tide to the next, and hours and days are what their minutes make of them. So candles
of every length agree with each other and with the ticks, to the last digit, and nothing has to be remembered.
"""

import random
from collections.abc import Iterator
from functools import lru_cache
from math import log1p

from dashboard.demo.market.price_bars import PriceBar, PriceBars, bridge, join, split

HOUR = 60
DAY = 24 * HOUR
TICKS = 600
"""Ticks in a minute: the price moves every 100 ms."""
MOMENTS = 12
"""A minute's path is drawn in strokes of five seconds."""
HISTORY_DAYS = 1000
PARTS = {DAY: (HOUR, 24), HOUR: (1, 60)}
"""Of which and how many smaller spans a span is made."""

HOME = 0.001
TIDES = (
    (0.015, 0.004, -0.016, -0.0385, -0.017, -0.006),
    (0.015, -0.007, -0.020, -0.0385, -0.026, -0.009),
    (0.015, -0.016, -0.028, -0.0385, -0.015, -0.003),
    (0.015, -0.016, -0.0385, -0.025, -0.0385, -0.008),
)
"""The ways the tide may take: how far from the base price it stands, minute by minute."""
JITTER = 0.002
LONGEST_WICK = 0.0022


class PricePath:
    """One coin's path: the exchange opens `lead` minutes after dawn; the coin feels `beta` of the tide."""

    def __init__(self, seed: int, coin: str, *, lead: int, beta: float = 1.0) -> None:
        self._seed = seed
        self._coin = coin
        self._lead = lead
        self._beta = beta
        self._days = self._walk_back()
        self._morning = self._drift_in()
        self.span = lru_cache(maxsize=512)(self._span)
        self.bar = lru_cache(maxsize=4096)(self._bar)
        self.ticks = lru_cache(maxsize=8)(self._ticks)
        self._children = lru_cache(maxsize=2048)(self._split)

    def _span(self, first: int, end: int) -> PriceBar:
        """The bar of the minutes from `first` up to, and without, `end`."""
        return join(list(self._pieces(first, end)))

    def _pieces(self, first: int, end: int) -> Iterator[PriceBar]:
        while first < end:
            size = next(size for size in (DAY, HOUR, 1) if first % size == 0 and first + size <= end)
            yield self.bar(size, first // size)
            first += size

    def _bar(self, size: int, index: int) -> PriceBar:
        if index < 0:
            return self._days[-1 - index] if size == DAY else self._part(size, index)
        if size == 1:
            return self._morning[index] if index < self._lead else self._minute(index)
        smaller, parts = PARTS[size]
        return join([self.bar(smaller, index * parts + i) for i in range(parts)])

    def _part(self, size: int, index: int) -> PriceBar:
        """An hour of a day, or a minute of an hour, of history."""
        whole = HOUR if size == 1 else DAY
        return self._children(whole, index * size // whole)[index % (whole // size)]

    def _split(self, size: int, index: int) -> PriceBars:
        return split(self.bar(size, index), PARTS[size][1], self._rng("split", size, index))

    def _ticks(self, minute: int) -> list[float]:
        """The minute's last prices, one each 100 ms; the first is its open, the last its close."""
        rng = self._rng("ticks", minute)
        ticks: list[float] = []
        for moment in split(self.bar(1, minute), MOMENTS, rng):
            ticks += bridge(moment, [1.0] * (TICKS // MOMENTS - 1), 0.3, rng)
        return ticks

    def _walk_back(self) -> PriceBars:
        """History's days, newest first; they pull gently towards the base price, so none is absurd."""
        rng, close, days = self._rng("days"), 0.0, []
        for _ in range(HISTORY_DAYS):
            mood = rng.choice((0.6, 0.8, 1.0, 1.7))
            first = 0.995 * close - rng.gauss(0.0003, 0.022 * mood)
            high = max(first, close) + abs(rng.gauss(0, 0.012 * mood))
            low = min(first, close) - abs(rng.gauss(0, 0.012 * mood))
            days.append(PriceBar(first, high, low, close, mood * rng.uniform(0.7, 1.3)))
            close = first
        return days

    def _drift_in(self) -> PriceBars:
        """The minutes of the morning: from the base price to the tide's first station, ever less quietly."""
        rng, last = self._rng("morning"), self._station(self._lead)
        high, low = max(0.0, last) + rng.uniform(0.006, 0.012), min(0.0, last) - rng.uniform(0.006, 0.012)
        return split(PriceBar(0.0, high, low, last, 2.5 * self._lead / DAY), self._lead, rng, growth=3.0)

    def _minute(self, minute: int) -> PriceBar:
        """A minute after opening: from one station to the next, quiet or violent as its spell is."""
        rng = self._rng("minute", minute)
        first, last = self._station(minute), self._station(minute + 1)
        spell = self._rng("spell", minute // 7).choice((0.5, 0.5, 0.8, 2.0))
        up, down = (min(LONGEST_WICK, abs(rng.gauss(0, 0.0006 * spell))) for _ in range(2))
        high, low = max(first, last) + up, min(first, last) - down
        return PriceBar(
            first, high, low, last, (0.5 * spell + 150 * (high - low)) * rng.uniform(0.6, 1.4) / DAY
        )

    def _station(self, minute: int) -> float:
        """Where the tide stands when a minute begins. The minute in which the exchange opens is at home."""
        cycle, place = divmod(minute - self._lead - 2, len(TIDES[0]))
        # The tide is the whole market's, so that coins rise and fall together, as they do.
        tide = random.Random(f"{self._seed}/tide/{cycle}").choice(TIDES)
        level = HOME if minute < self._lead + 2 else tide[place]
        return log1p(self._beta * (level + self._rng("station", minute).uniform(-JITTER, JITTER)))

    def _rng(self, *name: object) -> random.Random:
        return random.Random("/".join(map(str, (self._seed, self._coin, *name))))
