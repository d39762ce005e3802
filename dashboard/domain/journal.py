"""All that one account's exchange has told of its positions, each event counted once."""

from collections.abc import Iterable

from dashboard.domain.steps import Event
from dashboard.domain.timeline import Timeline
from dashboard.domain.tracked import PositionKey, Tracked


class Journal:
    """The positions of one account, built from fills, funding and what was adopted.

    Not for two threads at once: whoever writes to it hands the frozen `Tracked` to readers.
    """

    def __init__(self, account: str) -> None:
        self.account = account
        self._timelines: dict[PositionKey, Timeline] = {}

    def add(self, event: Event) -> Tracked | None:
        """The position after `event`, or None where it was known already and changes nothing."""
        key = self.key_of(event)
        timeline = self._timelines.get(key)
        if timeline is None:
            timeline = self._timelines[key] = Timeline(Tracked(key, event.instrument))
        return timeline.state if timeline.add(event) else None

    def add_all(self, events: Iterable[Event]) -> tuple[Tracked, ...]:
        """The positions that `events` changed, each once. For what comes at once, as after a gap."""
        changed = (self.add(event) for event in sorted(events, key=lambda each: each.order))
        return tuple({state.key: state for state in changed if state is not None}.values())

    def let_go(self, before: int) -> None:
        """Forgets most events before `before` (ms since 1970), so that memory has a bound."""
        for timeline in self._timelines.values():
            timeline.let_go(before)

    def key_of(self, event: Event) -> PositionKey:
        """The position that `event` belongs to."""
        return PositionKey(self.account, event.instrument.symbol, event.position_side)

    def position(self, key: PositionKey) -> Tracked | None:
        """The position of `key`; None where nothing was ever told of it."""
        timeline = self._timelines.get(key)
        return timeline.state if timeline else None

    def events(self, key: PositionKey) -> tuple[Event, ...]:
        """What happened to the position of `key`, in order, as far as it is still kept."""
        timeline = self._timelines.get(key)
        return timeline.events if timeline else ()

    @property
    def positions(self) -> tuple[Tracked, ...]:
        """Every position that was ever told of, flat ones too."""
        return tuple(timeline.state for timeline in self._timelines.values())

    @property
    def open_positions(self) -> tuple[Tracked, ...]:
        """Those that are not flat."""
        return tuple(state for state in self.positions if state.contracts)
