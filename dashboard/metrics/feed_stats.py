"""FeedStats: what is counted where the feed runs, as one plain value that can travel."""

import time
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Any

from dashboard.audit.logger import AuditLogger
from dashboard.clock import now_ms
from dashboard.metrics.feed_counters import FeedCounters
from dashboard.metrics.registry import newest_at
from dashboard.positions.models import EventKind, EventLogEntry, EventType, PositionUpdate
from dashboard.positions.position_book import PositionBook
from dashboard.state.markets import Markets

Reading = Mapping[str, Any]
"""Numbers and texts, fit for JSON; what is unknown is not in it."""


class FeedStats:
    """Counts from its making on, in the threads that tell it. `read` is for any thread.

    Nothing of it is an amount: who operates the dashboard need not know what its owner holds.
    """

    def __init__(
        self,
        markets: Markets,
        positions: PositionBook,
        audit: AuditLogger | None = None,
        *,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        """`audit` is None where nothing is recorded."""
        self._markets = markets
        self._positions = positions
        self._audit = audit
        self._clock = clock
        self._started_at = time.time()
        self._watch = FeedCounters(markets)
        self._fills = self._updates = self._differences = 0
        self._newest_event: EventLogEntry | None = next(iter(positions.events), None)
        positions.register(self._count)

    def read(self) -> Reading:
        """All of it now. Ages are in ms as of `read_at`, which is of the machine's monotonic clock.

        Whoever takes it to another machine puts the instant of its arrival there as `read_at`.
        """
        now = self._clock()
        known = {
            "read_at": now,
            "started_at": self._started_at,
            **self._watch.counts,
            **self._feed(now),
            **self._account(now),
            **self._trail(),
        }
        return {name: value for name, value in known.items() if value is not None}

    def _feed(self, now: int) -> dict[str, Any]:
        health = self._markets.main.snapshot.health
        return {
            "state": str(health.state_at(now)),
            "feed_age": health.age(now),
            "stale_after": health.stale_after,
            "price_ages": self._price_ages(now),
        }

    def _price_ages(self, now: int) -> dict[str, int]:
        """The age of the newest price of each market, where both are known."""
        ages: dict[str, int] = {}
        for key, snapshot in self._markets.snapshots().items():
            received_at = newest_at(snapshot.ticker)
            if snapshot.instrument is not None and received_at is not None:
                ages[self._markets.label(key)] = max(0, now - received_at)
        return ages

    def _account(self, now: int) -> dict[str, Any]:
        """Of all accounts together. Until each was read, the number of open positions is unknown."""
        book, accounts = self._positions, tuple(self._positions.accounts.values())
        if not accounts:
            return {}
        read = [health.read_at for health in accounts if health.read_at is not None]
        all_read = len(read) == len(accounts)
        differing = sum(live.difference is not None for live in book.as_valued().values())
        return {
            "fills": self._fills,
            "position_updates": self._updates,
            "differences": self._differences,
            "account_failing": int(any(health.problem is not None for health in accounts)),
            "account_age": max(0, now - min(read)) if all_read else None,
            "open_positions": len(book.get_all_positions()) if all_read else None,
            "differences_open": differing if all_read else None,
        }

    def _trail(self) -> dict[str, Any]:
        if self._audit is None:
            return {}
        degraded = self._audit.degraded
        return {
            "audit_errors": self._audit.errors,
            "audit_degraded": int(degraded is not None),
            "audit_untold": degraded.lost if degraded else 0,
        }

    def _count(self, update: PositionUpdate) -> None:
        """Runs in the thread that changed the position."""
        self._updates += 1
        if update.fill is not None:
            self._fills += 1
        if update.event_type is EventType.POSITION_CHANGE:
            self._differences += sum(entry.kind is EventKind.DIFFERENCE for entry in self._new_events())

    def _new_events(self) -> list[EventLogEntry]:
        """The entries of the event log that were added since the last call."""
        events, last = self._positions.events, self._newest_event
        self._newest_event = events[0] if events else None
        return list(takewhile(lambda entry: entry is not last, events))
