"""PositionBook: the positions of all accounts, and those entered by hand."""

import logging
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TypeVar

from dashboard.clock import now_ms, wall_ms
from dashboard.domain.keys import MarketKey, PositionKey
from dashboard.domain.position_selection import ManualEntry
from dashboard.positions.labels import PositionLabels
from dashboard.positions.models import (
    AccountHealth,
    AccountSummary,
    EventLogEntry,
    LivePosition,
    PositionUpdate,
)
from dashboard.state.markets import Markets

log = logging.getLogger(__name__)

T = TypeVar("T")
PositionListener = Callable[[PositionUpdate], None]

_EVENTS_KEPT = 200


class PositionBook(ABC):
    """Serves single positions without waiting for writers, and notifies listeners of every change.

    Listeners are called in the writer's thread, in the order of the events, and must be quick. One that
    raises is logged and does not affect the others. It is a `LiveBook` in the process of the feed, and a
    mirror of that book in a web worker.
    """

    def __init__(
        self, markets: Markets, clock: Callable[[], int] = now_ms, wall: Callable[[], int] = wall_ms
    ) -> None:
        self._markets = markets
        self._clock = clock
        self._wall = wall
        self.lock = threading.RLock()
        """Held by writers, for as long as one change takes."""
        self._listeners: tuple[PositionListener, ...] = ()
        self._positions: dict[PositionKey, LivePosition] = {}
        self._keys_by_market: dict[MarketKey, tuple[PositionKey, ...]] = {}
        self._events: deque[EventLogEntry] = deque(maxlen=_EVENTS_KEPT)
        self.accounts: dict[str, AccountHealth] = {}
        """The health of each account, by name; accounts are listed before they are read."""
        self.manual: dict[MarketKey, ManualEntry] = {}
        """Manual entries by market."""
        self.cross_checks = 0
        """Number of readings of a position that were compared with the exchange's own figures."""

    def now(self) -> int:
        """The time of the monotonic clock that positions are valued with, in ms."""
        return self._clock()

    @abstractmethod
    def summary(self) -> AccountSummary:
        """Totals of all positions."""

    @property
    def labels(self) -> PositionLabels:
        """Converts between keys and labels of the positions."""
        return PositionLabels(next(iter(self.accounts), manual_account(self._markets.main_key.exchange)))

    def get_all_positions(self) -> dict[PositionKey, LivePosition]:
        """Returns the open positions, without figures of prices that are too old."""
        return {key: live for key, live in self.all_known().items() if live.is_open}

    def all_known(self) -> dict[PositionKey, LivePosition]:
        """Returns open and flat positions, without figures of prices that are too old."""
        now = self._clock()
        return {key: self._at(live, now) for key, live in self._positions.copy().items()}

    def as_valued(self) -> dict[PositionKey, LivePosition]:
        """Returns open and flat positions with their last valuation, whatever the age of its price."""
        return self._positions.copy()

    def get(self, key: PositionKey) -> LivePosition | None:
        """Returns one position, open or flat; None if it never existed."""
        live = self._positions.get(key)
        return None if live is None else self._at(live, self._clock())

    def newest(self, key: PositionKey) -> LivePosition | None:
        """Returns one position with its last valuation, whatever the age of its price."""
        return self._positions.get(key)

    def live_price(self, key: PositionKey) -> Decimal | None:
        """Returns the live price that a position is valued at; None without one."""
        live = self.get(key)
        return live.quote.value if live is not None and live.quote is not None else None

    def find(self, label: str) -> PositionKey | None:
        """Returns the key of the position with this label, open or flat; None if there is none."""
        return next((key for key in self.labels.keys_of(label) if key in self._positions), None)

    def open_in(self, market: MarketKey) -> list[LivePosition]:
        """Returns the open positions in one market: of all accounts, and both sides in hedge mode."""
        now = self._clock()
        known = (self._positions.get(key) for key in self._keys_by_market.get(market, ()))
        return [self._at(live, now) for live in known if live is not None and live.is_open]

    def open_markets(self) -> frozenset[MarketKey]:
        """Returns the markets with an open position."""
        return frozenset(live.market for live in self._positions.copy().values() if live.is_open)

    def reason_unknown(self, market: MarketKey) -> str | None:
        """Returns the reason why an open position in a market may be missing; None if all are known."""
        for account in tuple(self.accounts.values()):
            if account.exchange == market.exchange:
                if account.read_at is None:
                    return account.problem or "not read yet"
                part = next((part for part in account.unread if market.symbol in part.symbols), None)
                if part is not None:
                    return str(part)
        keys = self._keys_by_market.get(market, ())
        known = (self._positions.get(key) for key in keys)
        is_contradictory = any(live is not None and live.state.is_contradictory for live in known)
        return "more was closed than opened, so fills are missing" if is_contradictory else None

    def missing(self) -> tuple[str, ...]:
        """Describes positions that may be missing: parts of accounts not read, and contradictory ones."""
        unread = (part for account in tuple(self.accounts.values()) for part in account.unread)
        contradictory = (live for live in self._positions.copy().values() if live.state.is_contradictory)
        return (
            *(f"not read: {part}" for part in unread),
            *(f"{live.key.label}: more was closed than opened" for live in contradictory),
        )

    @property
    def read_at(self) -> int | None:
        """Time of the oldest account snapshot, in ms (monotonic); None until every account was read."""
        times = [account.read_at for account in tuple(self.accounts.values())]
        known = [at for at in times if at is not None]
        return min(known) if known and len(known) == len(times) else None

    def manual_in(self, market: MarketKey) -> ManualEntry:
        """Returns the manual entry of one market; an empty one if there is none."""
        return self.manual.get(market, ManualEntry())

    def consistently(self, read: Callable[[], T]) -> T:
        """Returns the result of `read`, called while nothing changes and no listener is called."""
        with self.lock:
            return read()

    @property
    def events(self) -> tuple[EventLogEntry, ...]:
        """The newest entries of the event log, newest first."""
        return tuple(reversed(self._events.copy()))

    def register(self, listener: PositionListener) -> Callable[[], None]:
        """Calls `listener` with each update from now on. Returns the function that unregisters it."""
        with self.lock:
            self._listeners += (listener,)
        return partial(self._unregister, listener)

    def _store(self, live: LivePosition) -> None:
        if live.key not in self._positions:
            keys = self._keys_by_market.get(live.market, ())
            self._keys_by_market[live.market] = (*keys, live.key)
        self._positions[live.key] = live

    def _at(self, live: LivePosition, now: int) -> LivePosition:
        """Returns the position at `now`: valued at another live price if its own is too old."""
        fresh = live.at(now)
        state = self._markets.get(live.market)
        if fresh is live or state is None:
            return fresh
        return live.valued_at(state.snapshot, now, live.updated_at)

    def _notify(self, update: PositionUpdate) -> None:
        for listener in self._listeners:
            try:
                listener(update)
            except Exception:
                log.exception("a listener of position updates failed; the others are not affected")

    def _unregister(self, listener: PositionListener) -> None:
        with self.lock:
            self._listeners = tuple(each for each in self._listeners if each is not listener)


def manual_account(exchange: str) -> str:
    """Returns the account name of manual positions in markets of `exchange`."""
    return f"{exchange} manual"
