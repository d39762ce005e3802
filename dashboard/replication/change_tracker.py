"""ChangeTracker: what of a context is new since it was told last, by the names of `wire`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboard.app.context import AppContext
from dashboard.positions.models import EventLogEntry, PositionUpdate
from dashboard.replication import messages

_EVENTS_SENT = 50
"""Newest entries of the event log that are sent."""
_KEPT = 1_000
"""Updates that are kept while they cannot be told."""


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """Parts of the state, and the updates of positions that led to it."""

    parts: Mapping[str, messages.Part | None]
    """None is gone."""
    updates: tuple[PositionUpdate, ...]
    whole: bool
    """Whether these are all parts that there are."""

    def texts(self) -> dict[str, bytes]:
        """The parts as JSON."""
        return {name: messages.serialize(part) for name, part in self.parts.items()}


class ChangeTracker:
    """Listens to a context, and hands out what is new.

    A price that is superseded before it is taken is not told; updates of positions all are.
    """

    def __init__(self, context: AppContext, stir: Callable[[], None]) -> None:
        """`stir` is called with each change, in the thread that makes it."""
        self._context = context
        self._stir = stir
        self._sent: dict[str, messages.Part] = {}
        self._updates: list[PositionUpdate] = []
        self._forget = [context.markets.register(self._stirred), context.positions.register(self._keep)]

    def close(self) -> None:
        """Listens no more."""
        for each in self._forget:
            each()

    def take(self) -> ChangeBatch:
        """All that is new. Whoever could not tell it hands it back to `again`."""
        return self._context.positions.consistently(self._take)

    def again(self, batch: ChangeBatch | None = None) -> None:
        """Nothing that was told is relied on any more: the next batch has everything."""
        self._sent.clear()
        if batch is not None:
            self._context.positions.consistently(lambda: self._put_back(batch.updates))

    def _stirred(self, _snapshot: object) -> None:
        self._stir()

    def _keep(self, update: PositionUpdate) -> None:
        """Runs in the writer's thread, whose turn it is."""
        self._updates.append(update)
        del self._updates[:-_KEPT]
        self._stir()

    def _put_back(self, updates: tuple[PositionUpdate, ...]) -> None:
        self._updates = [*updates, *self._updates][-_KEPT:]

    def _take(self) -> ChangeBatch:
        updates, self._updates = tuple(self._updates), []
        now = self._parts()
        gone: dict[str, messages.Part | None] = dict.fromkeys(self._sent.keys() - now.keys())
        whole = not self._sent
        new = {name: part for name, part in now.items() if self._sent.get(name) is not part}
        self._sent = now
        return ChangeBatch(gone | new, updates, whole)

    def _parts(self) -> dict[str, messages.Part]:
        """Everything known now. A part that has not changed is the same object as before."""
        markets, book = self._context.markets, self._context.positions
        others = {key: each for key, each in markets.snapshots().items() if key != markets.main_key}
        return {
            messages.MAIN: markets.main.snapshot,
            messages.ACCOUNT: messages.AccountState(book.summary(), book.accounts.copy()),
            messages.EVENTS: self._newest(book.events[:_EVENTS_SENT]),
            **{f"{messages.MARKET}{key}": snapshot for key, snapshot in others.items()},
            **{f"{messages.POSITION}{key}": live for key, live in book.as_valued().items()},
            **{f"{messages.MANUAL}{key}": entry for key, entry in book.manual.items()},
        }

    def _newest(self, events: tuple[EventLogEntry, ...]) -> messages.Part:
        before = self._sent.get(messages.EVENTS)
        return before if before == events else events
