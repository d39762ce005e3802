"""What a span of time did to a price, and how a whole is split into parts that make it up again; pure.

All levels are natural logarithms of price over some base price.
"""

import random
from collections.abc import Sequence
from itertools import accumulate
from math import exp, sqrt
from typing import NamedTuple

PriceBars = list["PriceBar"]


class PriceBar(NamedTuple):
    """What a span of time did to the price; `turnover` in normal days' turnover."""

    open: float
    high: float
    low: float
    close: float
    turnover: float


def join(bars: Sequence[PriceBar]) -> PriceBar:
    """The one bar that several bars in a row make."""
    return PriceBar(
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.turnover for bar in bars),
    )


def bridge(bar: PriceBar, weights: Sequence[float], roughness: float, rng: random.Random) -> list[float]:
    """Points from the bar's open to its close that touch its high and its low and never leave them.

    `weights` are the variances of the steps, relative to each other; `roughness` is how far the points stray
    from a straight line, as a share of the move.
    """
    move = bar.close - bar.open
    stray = 0.5 * (bar.high - bar.low - abs(move)) + roughness * abs(move)
    scale = stray / sqrt(sum(weights))
    walk = list(accumulate((rng.gauss(0, scale * sqrt(weight)) for weight in weights), initial=0.0))
    slope = (move - walk[-1]) / len(weights)
    points = [_within(bar, bar.open + x + slope * i) for i, x in enumerate(walk)]
    points[0], points[-1] = bar.open, bar.close
    _touch(points, bar)
    return points


def _within(bar: PriceBar, level: float) -> float:
    """The level, thrown back from the bar's low and high; kept from them, it would stick to them."""
    if level < bar.low:
        level = 2 * bar.low - level
    elif level > bar.high:
        level = 2 * bar.high - level
    return min(max(level, bar.low), bar.high)


def _touch(points: list[float], bar: PriceBar) -> None:
    """Pulls the highest inner point to the high and the lowest to the low, and their neighbours along."""
    margin = len(points) // 8
    inner = range(1 + margin, len(points) - 1 - margin)
    peak, trough = max(inner, key=points.__getitem__), min(inner, key=points.__getitem__)
    if max(points) < bar.high:
        _pull(points, peak, bar.high, bar)
    if min(points) > bar.low:
        _pull(points, trough, bar.low, bar)
        # Where both lie close together the second pull may have moved the first.
        if max(points) < bar.high:
            points[peak] = bar.high


def _pull(points: list[float], centre: int, level: float, bar: PriceBar) -> None:
    width = 1 + len(points) // 8
    rise = level - points[centre]
    for i in range(max(1, centre - width), min(len(points) - 1, centre + width + 1)):
        moved = points[i] + rise * (1 - abs(i - centre) / width)
        points[i] = min(max(moved, bar.low), bar.high)
    points[centre] = level


def split(bar: PriceBar, parts: int, rng: random.Random, growth: float = 0.0) -> PriceBars:
    """The bars that together make this bar; some quiet, some violent, the violent ones with more turnover.

    By `growth` the last are more violent than the first.
    """
    weights = [exp(rng.gauss(0, 0.7) + growth * i / parts) for i in range(parts)]
    points = bridge(bar, weights, 0.3, rng)
    total = sum(weights)
    bars = []
    for i, weight in enumerate(weights):
        first, last = points[i], points[i + 1]
        wick = 0.3 * (bar.high - bar.low) * sqrt(weight / total)
        high = min(bar.high, max(first, last) + wick * rng.random())
        low = max(bar.low, min(first, last) - wick * rng.random())
        bars.append(PriceBar(first, high, low, last, bar.turnover * weight / total))
    return bars
