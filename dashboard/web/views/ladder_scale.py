"""Where prices lie on the ladder: from 0, its foot, to 1, its top. Pure geometry.

A ladder that is true to scale is empty where nothing lies and crowded where levels meet. This one
gives every level room for its label and shares out the rest by the root of the gaps: wide gaps stay
wider, but no longer waste the page. Prices between two levels are interpolated, so the moving price
never jumps, and the levels themselves do not move with it.
"""

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from dashboard.domain.position import Side
from dashboard.domain.risk import RiskLevels

LABEL_ROOM = Decimal("0.105")
"""The least distance of two labels, as a share of the ladder's height."""
END_ROOM = Decimal("0.1")
"""What is left beyond the outermost levels, for the price to go on."""


@dataclass(frozen=True, slots=True)
class LadderScale:
    """A monotonic and continuous map of prices to places."""

    prices: tuple[Decimal, ...]
    """The levels, rising, each once."""
    places: tuple[Decimal, ...]

    def place(self, price: Decimal) -> Decimal:
        """Where `price` lies; between 0 and 1, however far it runs."""
        if price <= self.prices[0]:
            return self.places[0] * (1 - self._beyond(self.prices[0] - price))
        if price >= self.prices[-1]:
            return self.places[-1] + (1 - self.places[-1]) * self._beyond(price - self.prices[-1])
        above = bisect_right(self.prices, price)
        low, high = self.prices[above - 1], self.prices[above]
        foot, top = self.places[above - 1], self.places[above]
        return foot + (top - foot) * (price - low) / (high - low)

    def _beyond(self, distance: Decimal) -> Decimal:
        """The share of the room at an end that is used up: 0 at the level, never quite 1."""
        reach = (self.prices[-1] - self.prices[0]) / 4 or self.prices[0] / 50
        return distance / (distance + reach)


def scale_of(levels: RiskLevels) -> LadderScale:
    """The scale on which all levels of a position find room."""
    labelled = _labelled(levels)
    prices = sorted({*labelled, *_prices(levels.trap_low, levels.trap_high)})
    if len(prices) == 1:
        return LadderScale(tuple(prices), (Decimal("0.5"),))
    needs = [LABEL_ROOM * ((low in labelled) + (high in labelled)) / 2 for low, high in pairwise(prices)]
    return LadderScale(tuple(prices), _places(prices, needs))


def trap_edge(levels: RiskLevels) -> Decimal | None:
    """The boundary of the trap zone that the price meets first when it loses."""
    return levels.trap_high if levels.side is Side.LONG else levels.trap_low


def _labelled(levels: RiskLevels) -> set[Decimal]:
    """The prices that carry a label. The far boundary of the trap zone has none."""
    return _prices(
        levels.entry,
        levels.liquidation,
        levels.emergency,
        trap_edge(levels),
        levels.take_profit,
        levels.stop_loss,
    )


def _prices(*given: Decimal | None) -> set[Decimal]:
    return {price for price in given if price is not None}


def _places(prices: list[Decimal], needs: list[Decimal]) -> tuple[Decimal, ...]:
    """The places of the levels, from foot to top."""
    roots = [(high - low).sqrt() for low, high in pairwise(prices)]
    spare = 1 - 2 * END_ROOM - sum(needs)
    places = [END_ROOM]
    for root, need in zip(roots, needs, strict=True):
        places.append(places[-1] + need + spare * root / sum(roots))
    return tuple(places)
