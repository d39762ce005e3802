"""MarketHistory: the positions of one market as of some event, and the events since then."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import reduce

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.market_positions import MarketEvent, MarketPositions, apply_to_market, stated_mode

SortKey = tuple[int, int, int, str, str]


@dataclass(frozen=True, slots=True)
class MarketHistory:
    """The positions of one market, as an event log takes them over from another one."""

    base: MarketPositions
    events: tuple[MarketEvent, ...] = ()
    pruned_until: SortKey | None = None
    """The sort key of the last event that `base` includes; None if it includes none."""

    @property
    def state(self) -> MarketPositions:
        """The positions after all events."""
        return reduce(apply_to_market, self.events, self.base)

    @property
    def may_be_adjusted(self) -> bool:
        """True if figures of the exchange were, or may have been, adopted."""
        adjusted = any(isinstance(event, PositionAdjustment) for event in self.events)
        return adjusted or self.pruned_until is not None

    @property
    def mode_known_from(self) -> SortKey | None:
        """The sort key of the first event that states the position mode; None before one."""
        if self.pruned_until is not None and self.base.hedged is not None:
            return self.pruned_until
        stating = (event.sort_key for event in self.events if stated_mode(event) is not None)
        return next(stating, None)

    def pruned_before(self, time: int) -> "MarketHistory":
        """The same positions without events before `time` (ms since 1970), which the base includes."""
        count = bisect_left(self.events, time, key=lambda each: each.sort_key[0])
        return self.pruned_to(self.events[count - 1].sort_key) if count else self

    def pruned_to(self, last: SortKey | None) -> "MarketHistory":
        """The same positions with fewer events: those up to `last` are included in the base."""
        if last is None or not self.events or self.events[0].sort_key > last:
            return self
        count = bisect_right(self.events, last, key=sort_key)
        pruned = self.events[:count]
        return MarketHistory(
            reduce(apply_to_market, pruned, self.base), self.events[count:], pruned[-1].sort_key
        )


def sort_key(event: MarketEvent) -> SortKey:
    """The position of an event in its market's order."""
    return event.sort_key
