"""Places of prices on the ladder, from 0 at the bottom to 1 at the top.

A linear scale has large empty gaps, and overlapping labels where levels are close. This one reserves
space for the label of every level, and distributes the rest by the square root of the gaps: wide gaps
stay wider, but take less space. Prices between two levels are interpolated, so the moving price never
jumps, and the levels do not move with it.
"""

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from dashboard.domain.position import Side
from dashboard.domain.risk import RiskLevels

MIN_LABEL_GAP = Decimal("0.105")
"""Smallest distance of two labels, as a share of the ladder's height."""
END_MARGIN = Decimal("0.1")
"""Space beyond the outermost levels, for prices outside them."""


@dataclass(frozen=True, slots=True)
class LadderScale:
    """A monotonic, continuous map from prices to places."""

    prices: tuple[Decimal, ...]
    """The levels in ascending order, without duplicates."""
    places: tuple[Decimal, ...]

    def place(self, price: Decimal) -> Decimal:
        """Returns the place of `price`, between 0 and 1."""
        if price <= self.prices[0]:
            return self.places[0] * (1 - self._beyond(self.prices[0] - price))
        if price >= self.prices[-1]:
            return self.places[-1] + (1 - self.places[-1]) * self._beyond(price - self.prices[-1])
        above = bisect_right(self.prices, price)
        low, high = self.prices[above - 1], self.prices[above]
        bottom, top = self.places[above - 1], self.places[above]
        return bottom + (top - bottom) * (price - low) / (high - low)

    def _beyond(self, distance: Decimal) -> Decimal:
        """Returns the used share of the margin at an end: 0 at the outermost level, always below 1."""
        reach = (self.prices[-1] - self.prices[0]) / 4 or self.prices[0] / 50
        return distance / (distance + reach)


def scale_of(levels: RiskLevels) -> LadderScale:
    """Returns the scale for all levels of a position."""
    labelled = _labelled(levels)
    prices = sorted({*labelled, *_prices(levels.trap_low, levels.trap_high)})
    if len(prices) == 1:
        return LadderScale(tuple(prices), (Decimal("0.5"),))
    min_gaps = [
        MIN_LABEL_GAP * ((low in labelled) + (high in labelled)) / 2 for low, high in pairwise(prices)
    ]
    return LadderScale(tuple(prices), _places(prices, min_gaps))


def trap_edge(levels: RiskLevels) -> Decimal | None:
    """Returns the boundary of the trap zone that a losing price reaches first."""
    return levels.trap_high if levels.side is Side.LONG else levels.trap_low


def _labelled(levels: RiskLevels) -> set[Decimal]:
    """The prices with a label: all but the far boundary of the trap zone."""
    return _prices(
        levels.entry,
        levels.liquidation,
        levels.emergency,
        trap_edge(levels),
        levels.take_profit,
        levels.stop_loss,
    )


def _prices(*levels: Decimal | None) -> set[Decimal]:
    return {price for price in levels if price is not None}


def _places(prices: list[Decimal], min_gaps: list[Decimal]) -> tuple[Decimal, ...]:
    """The places of the levels, from bottom to top."""
    roots = [(high - low).sqrt() for low, high in pairwise(prices)]
    spare = 1 - 2 * END_MARGIN - sum(min_gaps)
    places = [END_MARGIN]
    for root, min_gap in zip(roots, min_gaps, strict=True):
        places.append(places[-1] + min_gap + spare * root / sum(roots))
    return tuple(places)
