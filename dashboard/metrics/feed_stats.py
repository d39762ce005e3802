"""FeedStats: counters and ages of the feed's process, as one JSON-compatible value."""

import time
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Any

from dashboard.audit.logger import AuditLogger
from dashboard.clock import now_ms
from dashboard.metrics.feed_counters import FeedCounters
from dashboard.positions.models import CrossCheckResult, EventLogEntry, EventType, PositionUpdate, ReportCheck
from dashboard.positions.position_book import PositionBook
from dashboard.state.markets import Markets

Reading = Mapping[str, Any]
"""JSON-compatible numbers and texts by name; unknown ones are missing."""


class FeedStats:
    """Counts from its creation on, as a listener of markets and positions. `read` is safe from any thread.

    It has no amounts, so that operators do not see the owner's holdings.
    """

    def __init__(
        self,
        markets: Markets,
        positions: PositionBook,
        audit: AuditLogger | None = None,
        *,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        """`audit` is None if changes are not recorded."""
        self._markets = markets
        self._positions = positions
        self._audit = audit
        self._clock = clock
        self._started_at = time.time()
        self._feed_counters = FeedCounters(markets)
        self._fills = self._updates = self._differences = self._disagreements = 0
        self._newest_event: EventLogEntry | None = next(iter(positions.events), None)
        positions.register(self._count)

    def read(self) -> Reading:
        """Returns the current values. Ages are in ms at `read_at`, a time of the machine's monotonic clock.

        `replication.clock_offset` converts `read_at` on another machine.
        """
        now = self._clock()
        values = {
            "read_at": now,
            "started_at": self._started_at,
            **self._feed_counters.counts,
            **self._feed(now),
            **self._account(now),
            **self._trail(),
        }
        return {name: value for name, value in values.items() if value is not None}

    def _feed(self, now: int) -> dict[str, Any]:
        health = self._markets.main.snapshot.health
        return {
            "state": str(health.state_at(now)),
            "feed_age": health.age(now),
            "stale_after": health.stale_after,
            "price_ages": self._price_ages(now),
        }

    def _price_ages(self, now: int) -> dict[str, int]:
        """The age of each resolved market's newest price, by label."""
        ages: dict[str, int] = {}
        for key, snapshot in self._markets.snapshots().items():
            received_at = snapshot.ticker.newest_at
            if snapshot.instrument is not None and received_at is not None:
                ages[self._markets.label(key)] = max(0, now - received_at)
        return ages

    def _account(self, now: int) -> dict[str, Any]:
        """Figures of all accounts together. Open positions are unknown until every account was read."""
        book, accounts = self._positions, tuple(self._positions.accounts.values())
        if not accounts:
            return {}
        read = [health.read_at for health in accounts if health.read_at is not None]
        all_read = len(read) == len(accounts)
        known = book.as_valued().values()
        differing = sum(live.difference is not None for live in known)
        disagreeing = sum(live.disagreement is not None for live in known)
        withheld = sum(live.is_withheld for live in known)
        return {
            "fills": self._fills,
            "position_updates": self._updates,
            "differences": self._differences,
            "cross_checks": book.cross_checks,
            "disagreements": self._disagreements,
            "account_failing": int(any(health.problem is not None for health in accounts)),
            "account_age": max(0, now - min(read)) if all_read else None,
            "open_positions": sum(not live.is_manual for live in book.get_all_positions().values())
            if all_read
            else None,
            "differences_open": differing if all_read else None,
            "disagreements_open": disagreeing if all_read else None,
            "withheld_open": withheld if all_read else None,
        }

    def _trail(self) -> dict[str, Any]:
        if self._audit is None:
            return {}
        degraded = self._audit.degraded
        return {
            "audit_errors": self._audit.errors,
            "audit_degraded": int(degraded is not None),
            "audit_untold": degraded.lost if degraded else 0,
            "audit_unsigned": int(self._audit.unsigned is not None),
        }

    def _count(self, update: PositionUpdate) -> None:
        """Runs in the thread that changed the position."""
        self._updates += 1
        if update.fill is not None:
            self._fills += 1
        if update.event_type is EventType.POSITION_CHANGE:
            kinds = [entry.kind for entry in self._new_events()]
            self._differences += kinds.count(ReportCheck.DIFFERENCE)
            self._disagreements += kinds.count(CrossCheckResult.DISAGREES)

    def _new_events(self) -> list[EventLogEntry]:
        """The entries of the event log that were added since the last call."""
        events, last = self._positions.events, self._newest_event
        self._newest_event = events[0] if events else None
        return list(takewhile(lambda entry: entry is not last, events))
