"""The journal of one account: its positions, with each event counted once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dashboard.domain.event_log import EventLog
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument
from dashboard.domain.market_history import MarketHistory
from dashboard.domain.market_positions import MarketEvent, MarketPositions
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.position import Side
from dashboard.domain.position_state import PositionState


@dataclass(frozen=True, slots=True)
class PositionStep:
    """One position before and after an event."""

    before: PositionState | None
    after: PositionState


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An event as it was added, and its effect."""

    event: MarketEvent
    """With all that earlier reports of the same event had."""
    is_new: bool
    """False if it only adds to an earlier report, such as the fee of a fill."""
    own: PositionStep | None
    """The position that the event is of; None for a change of the mode."""
    moved: tuple[PositionStep, ...] = ()
    """Other positions that it changed: those that have another key in the mode that it states."""

    @property
    def steps(self) -> tuple[PositionStep, ...]:
        """All of these positions."""
        return (*self.moved, self.own) if self.own else self.moved


class Journal:
    """Builds the positions of one account from fills, funding, adjustments and changes of mode.

    A market in hedge mode has a position of each side. While its mode is unknown, it has one position; that
    moves to the keys of hedge mode once an event states it. Not thread-safe: the writing thread passes the
    immutable `PositionState` to readers.
    """

    def __init__(self, account: str, histories: Iterable[MarketHistory] = ()) -> None:
        """`histories` are those of the account's markets, from another journal."""
        self.account = account
        self._logs = {history.base.instrument.symbol: EventLog(history) for history in histories}

    def add(self, event: MarketEvent) -> JournalEntry | None:
        """Adds `event`. Returns None if it is known."""
        symbol = event.instrument.symbol
        log = self._logs.get(symbol)
        if log is None:
            market = MarketPositions(self.account, event.instrument)
            log = self._logs[symbol] = EventLog(MarketHistory(market))
        before, is_new = log.state, not log.has(event)
        added = log.add(event)
        return None if added is None else _entry(added, is_new, before, log.state)

    def mode_change(
        self, instrument: Instrument, as_of: int, *, hedged: bool, since: int | None
    ) -> ModeChange | None:
        """The event by which a market changes to the mode that the exchange states at `as_of`.

        It changed after the last reading, at `since`. None if the market is in that mode, or has a long and a
        short, so that it cannot leave hedge mode.
        """
        log = self._logs.get(instrument.symbol)
        if log is None or log.state.hedged is None:
            return ModeChange(instrument, hedged, as_of)
        if log.state.hedged is hedged or (not hedged and len(log.state.legs) > 1):
            return None
        switched_at = log.switched_at(since) if hedged and since is not None else None
        return ModeChange(instrument, hedged, as_of if switched_at is None else switched_at)

    def is_hedged(self, symbol: str) -> bool | None:
        """True if the market is in hedge mode, False in one-way mode; None if unknown."""
        log = self._logs.get(symbol)
        return log.state.hedged if log else None

    def prune_before(self, time: int) -> None:
        """Removes most events before `time` (ms since 1970), to bound the memory."""
        for log in self._logs.values():
            log.prune_before(time)

    def use_instrument(self, key: PositionKey, instrument: Instrument) -> PositionState:
        """Counts a known position in contracts of `instrument`, if it can be converted. Returns it."""
        log = self._logs[key.symbol]
        log.use_instrument(instrument)
        return log.state.of(key.side)

    def position(self, key: PositionKey) -> PositionState | None:
        """The position of `key`; None before its first event."""
        log = self._logs.get(key.symbol)
        return log.state.by_side.get(key.side) if log else None

    def events(self, symbol: str) -> tuple[MarketEvent, ...]:
        """The events of a market that are not pruned, in order."""
        log = self._logs.get(symbol)
        return log.events if log else ()

    @property
    def histories(self) -> tuple[MarketHistory, ...]:
        """The markets with their events that are not pruned."""
        return tuple(log.history for log in self._logs.values())

    @property
    def positions(self) -> tuple[PositionState, ...]:
        """Every position with an event, flat ones included."""
        return tuple(state for log in self._logs.values() for state in log.state.by_side.values())


def _entry(event: MarketEvent, is_new: bool, before: MarketPositions, after: MarketPositions) -> JournalEntry:
    changed = list(_changed(before, after))
    steps = {side: PositionStep(before.by_side.get(side), after.of(side)) for side in changed}
    if isinstance(event, ModeChange):
        return JournalEntry(event, is_new, None, tuple(steps.values()))
    candidates = changed or list(after.by_side)
    own = event.position_side if event.position_side in candidates else candidates[0]
    step = steps.pop(own, PositionStep(after.of(own), after.of(own)))
    return JournalEntry(event, is_new, step, tuple(steps.values()))


def _changed(before: MarketPositions, after: MarketPositions) -> Iterator[Side | None]:
    for side in dict.fromkeys((*before.by_side, *after.by_side)):
        old, new = before.by_side.get(side), after.of(side)
        if new is not old and new != old:
            yield side
