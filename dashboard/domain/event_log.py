"""The event log of one position: sorted by time, in whatever order the events arrived."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import reduce

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.contract_units import in_units_of
from dashboard.domain.market import Instrument
from dashboard.domain.position_state import PositionState
from dashboard.domain.transitions import PositionEvent, apply

_CHECKPOINT_EVERY_EVENTS = 8
"""Events between two checkpoints, and the most that a slightly late event replays."""

SortKey = tuple[int, int, int, str, str]


@dataclass(frozen=True, slots=True)
class PositionHistory:
    """A position as of some event, and the events since then."""

    base: PositionState
    events: tuple[PositionEvent, ...] = ()
    pruned_until: SortKey | None = None
    """The sort key of the last event that `base` includes; None if it includes none."""

    @property
    def state(self) -> PositionState:
        """The position after all events."""
        return reduce(apply, self.events, self.base)

    @property
    def may_be_adjusted(self) -> bool:
        """True if figures of the exchange were, or may have been, adopted."""
        adjusted = any(isinstance(event, PositionAdjustment) for event in self.events)
        return adjusted or self.pruned_until is not None

    def pruned_to(self, last: SortKey | None) -> "PositionHistory":
        """The same position with fewer events: those up to `last` are included in the base."""
        if last is None or not self.events or self.events[0].sort_key > last:
            return self
        count = bisect_right(self.events, last, key=lambda each: each.sort_key)
        pruned = self.events[:count]
        return PositionHistory(reduce(apply, pruned, self.base), self.events[count:], pruned[-1].sort_key)


class EventLog:
    """Keeps `state` equal to that of all events applied in order.

    An event in order is applied once. A late event is inserted, and the events since the checkpoint
    before it are replayed.
    """

    def __init__(self, history: PositionHistory) -> None:
        self.state = history.base
        self._events: list[PositionEvent] = []
        self._by_identity = {event.identity: event for event in history.events}
        self._checkpoints = [history.base]
        self._pruned_until = history.pruned_until
        for event in history.events:
            self._append(event)

    @property
    def history(self) -> PositionHistory:
        """The position and its events, as a new log takes them over."""
        return PositionHistory(self._checkpoints[0], tuple(self._events), self._pruned_until)

    @property
    def events(self) -> tuple[PositionEvent, ...]:
        """The events that are not pruned, in order."""
        return tuple(self._events)

    def add(self, event: PositionEvent) -> bool:
        """Adds `event`. Returns False if it is known, or older than the pruned events."""
        if self._pruned_until is not None and event.sort_key <= self._pruned_until:
            return False
        known = self._by_identity.get(event.identity)
        if known is not None:
            event = event.merged_with(known)  # type: ignore[arg-type]  # the identity names the type
            if event == known:
                return False
        self._by_identity[event.identity] = event
        index = bisect_right(self._events, event.sort_key, key=lambda each: each.sort_key)
        if known is not None:
            self._replay(index - 1, event, index)
        elif index < len(self._events):
            self._replay(index, event, index)
        else:
            self._append(event)
        return True

    def use_instrument(self, instrument: Instrument) -> None:
        """Counts the position in contracts of `instrument`, if it can be converted, until the next event."""
        self.state = in_units_of(self.state, instrument) or self.state

    def prune_before(self, time: int) -> None:
        """Removes most events before `time` (ms since 1970); the position keeps their effect.

        Later additions from the pruned period are ignored: they may have been counted.
        """
        checkpoint = (
            bisect_left(self._events, time, key=lambda each: each.sort_key[0]) // _CHECKPOINT_EVERY_EVENTS
        )
        if checkpoint == 0:
            return
        pruned = self._events[: checkpoint * _CHECKPOINT_EVERY_EVENTS]
        self._pruned_until = pruned[-1].sort_key
        for event in pruned:
            del self._by_identity[event.identity]
        del self._events[: len(pruned)], self._checkpoints[:checkpoint]

    def _replay(self, index: int, event: PositionEvent, rest_from: int) -> None:
        """Restores the checkpoint before `index` and applies the events from there.

        `event` takes the place of those from `index` to `rest_from`.
        """
        checkpoint = index // _CHECKPOINT_EVERY_EVENTS
        start = checkpoint * _CHECKPOINT_EVERY_EVENTS
        replayed = [*self._events[start:index], event, *self._events[rest_from:]]
        del self._events[start:], self._checkpoints[checkpoint + 1 :]
        self.state = self._checkpoints[checkpoint]
        for each in replayed:
            self._append(each)

    def _append(self, event: PositionEvent) -> None:
        self._events.append(event)
        self.state = apply(self.state, event)
        if len(self._events) % _CHECKPOINT_EVERY_EVENTS == 0:
            self._checkpoints.append(self.state)
