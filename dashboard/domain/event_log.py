"""The events of one position in the order in which they happened, in whatever order they came."""

from bisect import bisect_left, bisect_right

from dashboard.domain.position_state import PositionState
from dashboard.domain.transitions import PositionEvent, apply

_CHECKPOINT_EVERY_EVENTS = 64
"""Events between two checkpoints: what an event that is a little late makes it replay at most."""


class EventLog:
    """Keeps `state` as if every event had come in order.

    One that comes in order costs one step. A late one is put in its place, and what happened after
    the checkpoint before it is replayed.
    """

    def __init__(self, flat: PositionState) -> None:
        self.state = flat
        self._events: list[PositionEvent] = []
        self._known: dict[tuple[str, ...], PositionEvent] = {}
        self._checkpoints = [flat]
        self._forgotten_until: tuple[int, int, int, str, str] | None = None

    @property
    def events(self) -> tuple[PositionEvent, ...]:
        """All that are still kept, in the order in which they happened."""
        return tuple(self._events)

    def add(self, event: PositionEvent) -> bool:
        """Adds `event` and says whether it told anything new."""
        if self._forgotten_until is not None and event.sort_key <= self._forgotten_until:
            return False
        known = self._known.get(event.identity)
        if known is not None:
            event = event.merged_with(known)  # type: ignore[arg-type]  # the identity names the type
            if event == known:
                return False
        self._known[event.identity] = event
        at = bisect_right(self._events, event.sort_key, key=lambda each: each.sort_key)
        if known is not None:
            self._replay(at - 1, event, at)
        elif at < len(self._events):
            self._replay(at, event, at)
        else:
            self._append(event)
        return True

    def prune_before(self, before: int) -> None:
        """Forgets most events before `before` (ms since 1970), but not what they made of the position.

        What comes later from that time changes nothing: it cannot be told from what was counted.
        """
        checkpoint = (
            bisect_left(self._events, before, key=lambda each: each.sort_key[0]) // _CHECKPOINT_EVERY_EVENTS
        )
        if checkpoint == 0:
            return
        gone = self._events[: checkpoint * _CHECKPOINT_EVERY_EVENTS]
        self._forgotten_until = gone[-1].sort_key
        for event in gone:
            del self._known[event.identity]
        del self._events[: len(gone)], self._checkpoints[:checkpoint]

    def _replay(self, at: int, event: PositionEvent, rest_from: int) -> None:
        """Goes back to the checkpoint before `at`, and on with `event` and all from `rest_from`."""
        checkpoint = at // _CHECKPOINT_EVERY_EVENTS
        start = checkpoint * _CHECKPOINT_EVERY_EVENTS
        again = [*self._events[start:at], event, *self._events[rest_from:]]
        del self._events[start:], self._checkpoints[checkpoint + 1 :]
        self.state = self._checkpoints[checkpoint]
        for each in again:
            self._append(each)

    def _append(self, event: PositionEvent) -> None:
        self._events.append(event)
        self.state = apply(self.state, event)
        if len(self._events) % _CHECKPOINT_EVERY_EVENTS == 0:
            self._checkpoints.append(self.state)
