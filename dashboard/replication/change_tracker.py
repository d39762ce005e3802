"""ChangeTracker: the parts of the live state that changed since the last batch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboard.app.context import AppContext
from dashboard.positions.models import EventLogEntry, PositionUpdate
from dashboard.replication import messages

_MAX_EVENTS = 50
"""Newest entries of the event log that are published."""
_MAX_PENDING_UPDATES = 1_000
"""Newest updates that are kept while they cannot be published."""


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """Changed parts of the state, and the position updates that led to them."""

    parts: Mapping[str, messages.Part | None]
    """By name; None for a part that was removed."""
    updates: tuple[PositionUpdate, ...]
    complete: bool
    """True if the batch has every part."""

    def serialize(self) -> dict[str, bytes]:
        """Returns the parts as JSON."""
        return {name: messages.serialize(part) for name, part in self.parts.items()}


class ChangeTracker:
    """Collects the changes of a context.

    A price that is superseded before it is taken is skipped; every position update is kept.
    """

    def __init__(self, context: AppContext, on_change: Callable[[], None]) -> None:
        """`on_change` is called with each change, in the thread that makes it."""
        self._context = context
        self._on_change = on_change
        self._taken: dict[str, messages.Part] = {}
        self._updates: list[PositionUpdate] = []
        self._unregister = [
            context.markets.register(self._on_snapshot),
            context.positions.register(self._on_update),
        ]

    def close(self) -> None:
        """Unregisters its listeners."""
        for unregister in self._unregister:
            unregister()

    def take(self) -> ChangeBatch:
        """Returns the changes since the last batch. Pass it to `reset` if it could not be published."""
        return self._context.positions.consistently(self._take)

    def reset(self, unpublished: ChangeBatch | None = None) -> None:
        """Makes the next batch complete; it repeats the updates of the `unpublished` one."""
        self._taken.clear()
        if unpublished is not None:
            self._context.positions.consistently(lambda: self._requeue(unpublished.updates))

    def _on_snapshot(self, _snapshot: object) -> None:
        self._on_change()

    def _on_update(self, update: PositionUpdate) -> None:
        """Runs in the writer's thread, which holds the book's lock."""
        self._updates.append(update)
        del self._updates[:-_MAX_PENDING_UPDATES]
        self._on_change()

    def _requeue(self, updates: tuple[PositionUpdate, ...]) -> None:
        self._updates = [*updates, *self._updates][-_MAX_PENDING_UPDATES:]

    def _take(self) -> ChangeBatch:
        updates, self._updates = tuple(self._updates), []
        current = self._current_parts()
        removed: dict[str, messages.Part | None] = dict.fromkeys(self._taken.keys() - current.keys())
        complete = not self._taken
        changed = {name: part for name, part in current.items() if self._taken.get(name) is not part}
        self._taken = current
        return ChangeBatch(removed | changed, updates, complete)

    def _current_parts(self) -> dict[str, messages.Part]:
        """Every part as it is now. An unchanged part is the same object as before."""
        markets, book = self._context.markets, self._context.positions
        others = {key: each for key, each in markets.snapshots().items() if key != markets.main_key}
        return {
            messages.MAIN: markets.main.snapshot,
            messages.ACCOUNT: messages.AccountState(book.summary(), book.accounts.copy()),
            messages.EVENTS: self._events(book.events[:_MAX_EVENTS]),
            **{f"{messages.MARKET}{key}": snapshot for key, snapshot in others.items()},
            **{f"{messages.POSITION}{key}": live for key, live in book.as_valued().items()},
            **{f"{messages.MANUAL}{key}": entry for key, entry in book.manual.items()},
        }

    def _events(self, events: tuple[EventLogEntry, ...]) -> messages.Part:
        """The tuple taken before if it equals `events`, so that it counts as unchanged."""
        before = self._taken.get(messages.EVENTS)
        return before if before == events else events
