"""Price bars: joining several into one, and splitting one into random parts that add up to it; pure.

All levels are natural logarithms of price over some base price.
"""

import random
from collections.abc import Sequence
from itertools import accumulate
from math import exp, sqrt
from typing import NamedTuple

PriceBars = list["PriceBar"]


class PriceBar(NamedTuple):
    """Open, high, low and close of a time span; `turnover` is a share of a normal day's."""

    open: float
    high: float
    low: float
    close: float
    turnover: float


def join(bars: Sequence[PriceBar]) -> PriceBar:
    """Joins consecutive bars into one."""
    return PriceBar(
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.turnover for bar in bars),
    )


def bridge(bar: PriceBar, weights: Sequence[float], roughness: float, rng: random.Random) -> list[float]:
    """A Brownian bridge from open to close that touches high and low and stays between them.

    `weights` are the relative variances of the steps; `roughness` is the deviation from a straight line, as a
    share of the move.
    """
    move = bar.close - bar.open
    deviation = 0.5 * (bar.high - bar.low - abs(move)) + roughness * abs(move)
    scale = deviation / sqrt(sum(weights))
    walk = list(accumulate((rng.gauss(0, scale * sqrt(weight)) for weight in weights), initial=0.0))
    slope = (move - walk[-1]) / len(weights)
    points = [_reflected(bar, bar.open + x + slope * i) for i, x in enumerate(walk)]
    points[0], points[-1] = bar.open, bar.close
    _reach_extremes(points, bar)
    return points


def _reflected(bar: PriceBar, level: float) -> float:
    """The level, reflected at the bar's low and high; a clamped walk would stick to them."""
    if level < bar.low:
        level = 2 * bar.low - level
    elif level > bar.high:
        level = 2 * bar.high - level
    return min(max(level, bar.low), bar.high)


def _reach_extremes(points: list[float], bar: PriceBar) -> None:
    """Moves the highest inner point to the high and the lowest to the low, with their neighbours."""
    margin = len(points) // 8
    inner = range(1 + margin, len(points) - 1 - margin)
    peak, trough = max(inner, key=points.__getitem__), min(inner, key=points.__getitem__)
    if max(points) < bar.high:
        _move_point(points, peak, bar.high, bar)
    if min(points) > bar.low:
        _move_point(points, trough, bar.low, bar)
        # When peak and trough are close together, moving the trough may have moved the peak.
        if max(points) < bar.high:
            points[peak] = bar.high


def _move_point(points: list[float], centre: int, level: float, bar: PriceBar) -> None:
    """Moves one point to a level and its neighbours by less with distance, within the bar."""
    width = 1 + len(points) // 8
    rise = level - points[centre]
    for i in range(max(1, centre - width), min(len(points) - 1, centre + width + 1)):
        moved = points[i] + rise * (1 - abs(i - centre) / width)
        points[i] = min(max(moved, bar.low), bar.high)
    points[centre] = level


def split(bar: PriceBar, parts: int, rng: random.Random, growth: float = 0.0) -> PriceBars:
    """Splits a bar into parts of varying volatility, the more volatile ones with more turnover.

    With a positive `growth` volatility rises from the first part to the last.
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
