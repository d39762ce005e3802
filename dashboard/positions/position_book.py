"""PositionBook: what is known of the account's positions, for all who show it."""

import logging
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from dashboard.clock import now_ms, wall_ms
from dashboard.domain.position import Position
from dashboard.positions.models import (
    AccountHealth,
    AccountSummary,
    EventLogEntry,
    LivePosition,
    PositionUpdate,
)

log = logging.getLogger(__name__)

T = TypeVar("T")
Listener = Callable[[PositionUpdate], None]

_NOTED = 200


class PositionBook(ABC):
    """Is looked at without waiting, and tells its listeners of every change.

    Listeners are called in the writer's thread, in the order of the events, and must be quick; one that
    raises is logged and harms no other. Who writes on it: the tracker where the feed is, else a mirror
    of the tracker's board.
    """

    def __init__(
        self,
        clock: Callable[[], int] = now_ms,
        wall: Callable[[], int] = wall_ms,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._turn = threading.RLock()
        self._listeners: tuple[Listener, ...] = ()
        self._live: dict[str, LivePosition] = {}
        self._noted: deque[EventLogEntry] = deque(maxlen=_NOTED)
        self.health = AccountHealth()

    @abstractmethod
    def summary(self) -> AccountSummary:
        """All positions as one."""

    def get_all_positions(self) -> dict[str, LivePosition]:
        """The open positions by label, as far as their prices are not too old."""
        now = self._clock()
        return {label: live.at(now) for label, live in self._live.copy().items() if live.tracked.contracts}

    def all_known(self) -> dict[str, LivePosition]:
        """The same with those that are flat by now."""
        now = self._clock()
        return {label: live.at(now) for label, live in self._live.copy().items()}

    def valued(self) -> dict[str, LivePosition]:
        """The same as they were valued last: whoever shows one asks it what it is `at` now."""
        return self._live.copy()

    def positions_of(self, symbol: str) -> tuple[Position, ...]:
        """The open positions in one market: none, one, or both sides in hedge mode."""
        found = (live.position for live in self._live.copy().values() if live.tracked.key.symbol == symbol)
        return tuple(position for position in found if position is not None)

    def symbols(self) -> frozenset[str]:
        """The markets with an open position."""
        return frozenset(
            live.tracked.key.symbol for live in self._live.copy().values() if live.tracked.contracts
        )

    def look(self, work: Callable[[], T]) -> T:
        """What `work` returns, while nothing changes and nothing is announced."""
        with self._turn:
            return work()

    @property
    def events(self) -> tuple[EventLogEntry, ...]:
        """What happened lately, the newest first."""
        return tuple(reversed(self._noted.copy()))

    def register(self, listener: Listener) -> Callable[[], None]:
        """Tells `listener` of each fill and change from now on. Returns what takes it off again."""
        with self._turn:
            self._listeners += (listener,)
        return partial(self._unregister, listener)

    def _tell(self, update: PositionUpdate) -> None:
        for listener in self._listeners:
            try:
                listener(update)
            except Exception:
                log.exception("a listener of the positions failed; the others go on")

    def _unregister(self, listener: Listener) -> None:
        with self._turn:
            self._listeners = tuple(one for one in self._listeners if one is not listener)
