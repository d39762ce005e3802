"""CheckpointWriter: seals the positions of all accounts into the audit trail; a start continues there."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from types import TracebackType
from typing import Self

from dashboard.audit.checkpoint_lines import begin_checkpoint, complete_checkpoint
from dashboard.audit.logger import AuditLogger
from dashboard.audit.trail_start import Checkpoint
from dashboard.clock import utc_now
from dashboard.domain.pruning import EVENTS_KEPT_MS, pruning_times
from dashboard.positions.account_history import AccountHistory, Item, encode
from dashboard.positions.live_book import LiveBook
from dashboard.positions.tracker import PositionTracker

log = logging.getLogger(__name__)

CHECKPOINT_EVERY_LINES = 5_000
"""Lines of the trail between two checkpoints, and the most that a start replays."""
_ITEMS_PER_LINE = 50
"""Few enough for a line far below its limit, and for a fill not to wait long behind it."""
_PAUSE_S = 0.001
"""After each line, in which fills proceed: only one thread of Python runs at a time."""
_CHECK_INTERVAL_S = 1.0


class CheckpointWriter:
    """Writes a checkpoint of all accounts from a thread of its own, and one at its end.

    One is due after `CHECKPOINT_EVERY_LINES`, with the first line of a day, and after events that could not
    be recorded: it contains them. Fills wait only while the state is referenced, not while it is written.
    """

    def __init__(
        self,
        audit: AuditLogger,
        book: LiveBook,
        trackers: Sequence[PositionTracker],
        others: Sequence[AccountHistory] = (),
        last: Checkpoint | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`others` are the accounts of the trail without a tracker, `last` its newest checkpoint."""
        self._audit = audit
        self._book = book
        self._trackers = trackers
        oldest = int(clock().timestamp() * 1000) - EVENTS_KEPT_MS
        self._others = [other.pruned_before(oldest) for other in others]
        self._clock = clock
        self._last_line = last.end.seq if last else 0
        self._day: date = last.end.time.date() if last else clock().date()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-checkpoint", daemon=True)

    def __enter__(self) -> Self:
        """Starts the thread."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops the thread, and writes a last checkpoint if there are new lines."""
        self._stopped.set()
        self._thread.join()
        if self._new_lines or self._misses_events:
            self.write()

    @property
    def is_due(self) -> bool:
        """True if a checkpoint should be written now."""
        lines = self._new_lines
        is_first_of_day = lines > 0 and self._clock().date() != self._day
        return is_first_of_day or lines >= CHECKPOINT_EVERY_LINES or self._misses_events

    def write(self) -> bool:
        """Writes a checkpoint. False if the trail cannot be written."""
        self._prune()
        with self._book.lock:
            for tracker in self._trackers:
                tracker.record_reading()
            unrecorded = [(tracker, tracker.unrecorded) for tracker in self._trackers]
            accounts = self._accounts()
            begun = begin_checkpoint(self._audit)
        end = complete_checkpoint(self._audit, begun, self._in_lines(encode(accounts))) if begun else None
        if end is None:
            return False
        with self._book.lock:
            for tracker, count in unrecorded:
                tracker.unrecorded -= count
        self._last_line, self._day = end.seq, self._clock().date()
        return True

    @property
    def _new_lines(self) -> int:
        head = self._audit.head
        return head.seq - self._last_line if head else 0

    @property
    def _misses_events(self) -> bool:
        return any(tracker.unrecorded for tracker in self._trackers)

    def _accounts(self) -> list[AccountHistory]:
        return [*self._others, *(tracker.history for tracker in self._trackers)]

    def _prune(self) -> None:
        """Limits the events of each account, with the lock held for short moments."""
        for tracker in self._trackers:
            with self._book.lock:
                history = tracker.history
            for time in pruning_times(history.markets, history.complete_until):
                with self._book.lock:
                    tracker.prune_before(time)

    def _in_lines(self, items: Iterator[Item]) -> Iterator[list[Item]]:
        while line := list(islice(items, _ITEMS_PER_LINE)):
            yield line
            self._stopped.wait(_PAUSE_S)

    def _run(self) -> None:
        while not self._stopped.wait(_CHECK_INTERVAL_S):
            try:
                if self.is_due:
                    self.write()
            except Exception:
                log.exception("a checkpoint of the audit trail failed; retrying")
