"""The journal of one account: its positions, with each event counted once."""

from collections.abc import Iterable

from dashboard.domain.event_log import EventLog, PositionHistory
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument
from dashboard.domain.position_state import PositionState
from dashboard.domain.transitions import PositionEvent


class Journal:
    """Builds the positions of one account from fills, funding and adjustments.

    Not thread-safe: the writing thread passes the immutable `PositionState` to readers.
    """

    def __init__(self, account: str, histories: Iterable[PositionHistory] = ()) -> None:
        """`histories` are those of the account's positions, from another journal."""
        self.account = account
        self._logs = {history.base.key: EventLog(history) for history in histories}

    def add(self, event: PositionEvent) -> PositionState | None:
        """Adds `event`. Returns the position after it, or None if the event is known."""
        key = self.key_of(event)
        log = self._logs.get(key)
        if log is None:
            log = self._logs[key] = EventLog(PositionHistory(PositionState(key, event.instrument)))
        return log.state if log.add(event) else None

    def add_all(self, events: Iterable[PositionEvent]) -> tuple[PositionState, ...]:
        """Adds a batch of events, such as those of a gap. Returns each changed position once."""
        changed = (self.add(event) for event in sorted(events, key=lambda each: each.sort_key))
        return tuple({state.key: state for state in changed if state is not None}.values())

    def prune_before(self, time: int) -> None:
        """Removes most events before `time` (ms since 1970), to bound the memory."""
        for log in self._logs.values():
            log.prune_before(time)

    def use_instrument(self, key: PositionKey, instrument: Instrument) -> PositionState:
        """Counts a known position in contracts of `instrument`, if it can be converted. Returns it."""
        log = self._logs[key]
        log.use_instrument(instrument)
        return log.state

    def key_of(self, event: PositionEvent) -> PositionKey:
        """The key of the position that `event` belongs to."""
        return PositionKey(self.account, event.instrument.symbol, event.position_side)

    def position(self, key: PositionKey) -> PositionState | None:
        """The position of `key`; None before its first event."""
        log = self._logs.get(key)
        return log.state if log else None

    def events(self, key: PositionKey) -> tuple[PositionEvent, ...]:
        """The events of the position of `key` that are not pruned, in order."""
        log = self._logs.get(key)
        return log.events if log else ()

    @property
    def histories(self) -> tuple[PositionHistory, ...]:
        """The positions with their events that are not pruned."""
        return tuple(log.history for log in self._logs.values())

    @property
    def positions(self) -> tuple[PositionState, ...]:
        """Every position with an event, flat ones included."""
        return tuple(log.state for log in self._logs.values())
