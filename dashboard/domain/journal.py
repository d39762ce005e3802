"""All that one account's exchange has told of its positions, each event counted once."""

from collections.abc import Iterable

from dashboard.domain.event_log import EventLog
from dashboard.domain.position_state import PositionKey, PositionState
from dashboard.domain.transitions import PositionEvent


class Journal:
    """The positions of one account, built from fills, funding and what was adopted.

    Not for two threads at once: whoever writes to it hands the frozen `PositionState` to readers.
    """

    def __init__(self, account: str) -> None:
        self.account = account
        self._timelines: dict[PositionKey, EventLog] = {}

    def add(self, event: PositionEvent) -> PositionState | None:
        """The position after `event`, or None where it was known already and changes nothing."""
        key = self.key_of(event)
        timeline = self._timelines.get(key)
        if timeline is None:
            timeline = self._timelines[key] = EventLog(PositionState(key, event.instrument))
        return timeline.state if timeline.add(event) else None

    def add_all(self, events: Iterable[PositionEvent]) -> tuple[PositionState, ...]:
        """The positions that `events` changed, each once. For what comes at once, as after a gap."""
        changed = (self.add(event) for event in sorted(events, key=lambda each: each.sort_key))
        return tuple({state.key: state for state in changed if state is not None}.values())

    def prune_before(self, before: int) -> None:
        """Forgets most events before `before` (ms since 1970), so that memory has a bound."""
        for timeline in self._timelines.values():
            timeline.prune_before(before)

    def key_of(self, event: PositionEvent) -> PositionKey:
        """The position that `event` belongs to."""
        return PositionKey(self.account, event.instrument.symbol, event.position_side)

    def position(self, key: PositionKey) -> PositionState | None:
        """The position of `key`; None where nothing was ever told of it."""
        timeline = self._timelines.get(key)
        return timeline.state if timeline else None

    def events(self, key: PositionKey) -> tuple[PositionEvent, ...]:
        """What happened to the position of `key`, in order, as far as it is still kept."""
        timeline = self._timelines.get(key)
        return timeline.events if timeline else ()

    @property
    def positions(self) -> tuple[PositionState, ...]:
        """Every position that was ever told of, flat ones too."""
        return tuple(timeline.state for timeline in self._timelines.values())
