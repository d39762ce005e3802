"""The event log of one position: sorted by time, in whatever order the events arrived."""

from bisect import bisect_left, bisect_right

from dashboard.domain.position_state import PositionState
from dashboard.domain.transitions import PositionEvent, apply

_CHECKPOINT_EVERY_EVENTS = 64
"""Events between two checkpoints, and the most that a slightly late event replays."""


class EventLog:
    """Keeps `state` equal to that of all events applied in order.

    An event in order is applied once. A late event is inserted, and the events since the checkpoint
    before it are replayed.
    """

    def __init__(self, flat: PositionState) -> None:
        self.state = flat
        self._events: list[PositionEvent] = []
        self._by_identity: dict[tuple[str, ...], PositionEvent] = {}
        self._checkpoints = [flat]
        self._pruned_until: tuple[int, int, int, str, str] | None = None

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
