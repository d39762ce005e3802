"""The event log of one market: sorted by time, in whatever order the events arrived."""

from bisect import bisect_left, bisect_right

from dashboard.domain.contract_units import in_units_of
from dashboard.domain.market import Instrument
from dashboard.domain.market_history import MarketHistory, sort_key
from dashboard.domain.market_positions import (
    MarketEvent,
    apply_to_market,
    in_mode,
    stated_mode,
)

_CHECKPOINT_EVERY_EVENTS = 8
"""Events between two checkpoints, and the most that a slightly late event replays."""


class EventLog:
    """Keeps `state` equal to that of all events applied in order.

    An event in order is applied once. A late event is inserted, and the events since the checkpoint
    before it are replayed. The first event that states the position mode also counts for all before it.
    """

    def __init__(self, history: MarketHistory) -> None:
        self.state = history.base
        self._events = list(history.events)
        self._by_identity = {event.identity: event for event in history.events}
        self._checkpoints = [history.base]
        self._pruned_until = history.pruned_until
        self._mode_known_from = history.mode_known_from
        for index in range(len(self._events)):
            self._append(index)

    @property
    def history(self) -> MarketHistory:
        """The positions and their events, as a new log takes them over."""
        return MarketHistory(self._checkpoints[0], tuple(self._events), self._pruned_until)

    @property
    def events(self) -> tuple[MarketEvent, ...]:
        """The events that are not pruned, in order."""
        return tuple(self._events)

    def has(self, event: MarketEvent) -> bool:
        """True if the event, or an earlier report of it, was added and is not pruned."""
        return event.identity in self._by_identity

    def add(self, event: MarketEvent) -> MarketEvent | None:
        """Adds `event`. Returns it with all that earlier reports of it had.

        None if it adds nothing to an earlier report, or is older than the pruned events.
        """
        if self._pruned_until is not None and event.sort_key <= self._pruned_until:
            return None
        known, applied = self._by_identity.get(event.identity), len(self._events)
        if known is not None:
            event = event.merged_with(known)  # type: ignore[arg-type]  # the identity names the type
            if event == known:
                return None
            applied = bisect_left(self._events, known.sort_key, key=sort_key)
            del self._events[applied]
        self._by_identity[event.identity] = event
        index = bisect_right(self._events, event.sort_key, key=sort_key)
        self._events.insert(index, event)
        if self._states_first_mode(event):
            self._replay(0)
        elif index < applied or known is not None:
            self._replay(min(index, applied))
        else:
            self._append(index)
        return event

    def use_instrument(self, instrument: Instrument) -> None:
        """Counts positions in contracts of `instrument`, if they can be converted, until the next event."""
        states = self.state.by_side.values()
        self.state = self.state.with_positions(*(in_units_of(state, instrument) or state for state in states))

    def prune_before(self, time: int) -> None:
        """Removes most events before `time` (ms since 1970); the positions keep their effect.

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

    def switched_at(self, since: int) -> int | None:
        """The time (ms since 1970) from `since` on at which the market left one-way mode; None if unknown.

        An exchange changes the mode only while the market is flat. A later event that states one-way mode
        was before it.
        """
        time, latest, state = None, since, self._checkpoints[0]
        for event in self._events:
            if time is None and event.sort_key[0] > since and state.is_flat:
                time = latest
            state = apply_to_market(state, event)
            latest = max(since, event.sort_key[0])
            if stated_mode(event) is False:
                time = None
        return latest if time is None and state.is_flat else time

    def _states_first_mode(self, event: MarketEvent) -> bool:
        """Applies the mode that `event` states to the time before it, if no earlier event states one."""
        mode, since = stated_mode(event), self._mode_known_from
        if mode is None or (since is not None and event.sort_key > since):
            return False
        self._mode_known_from = event.sort_key
        start = self._checkpoints[0]
        self._checkpoints[0] = in_mode(start, mode)
        return self._checkpoints[0] is not start

    def _replay(self, index: int) -> None:
        """Restores the checkpoint before `index` and applies the events from there."""
        checkpoint = index // _CHECKPOINT_EVERY_EVENTS
        del self._checkpoints[checkpoint + 1 :]
        self.state = self._checkpoints[checkpoint]
        for at in range(checkpoint * _CHECKPOINT_EVERY_EVENTS, len(self._events)):
            self._append(at)

    def _append(self, index: int) -> None:
        """Applies the event at `index`, after all before it."""
        self.state = apply_to_market(self.state, self._events[index])
        if (index + 1) % _CHECKPOINT_EVERY_EVENTS == 0:
            self._checkpoints.append(self.state)
