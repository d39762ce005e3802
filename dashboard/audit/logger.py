"""The writer of the trail: a record is in the system's hands before the caller goes on."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from dashboard.audit.flushing import Flusher, FlushPolicy
from dashboard.audit.health import AuditDegraded, reason_of
from dashboard.audit.records import JSON, MAX_LINE_BYTES, ChainHead, to_json, to_text
from dashboard.audit.system_records import GAP, OWN_KINDS
from dashboard.audit.trail import Trail
from dashboard.audit.writer_lock import TrailTaken
from dashboard.clock import utc_now

log = logging.getLogger(__name__)

_ROOM = 1024
"""Bytes that a line has besides its kind and its entry, at most."""


class AuditLogger:
    """Appends records to the trail in `directory`, in the order of the calls, from any thread.

    The disk's troubles never reach the caller. While it fails, `degraded` says since when and how many
    records were lost; each next record tries again, and the first that succeeds follows a "gap" with
    that number.
    """

    def __init__(
        self,
        directory: Path,
        flush: FlushPolicy = FlushPolicy.INTERVAL,
        interval: float = 1.0,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Heals what a crash left. Raises TrailTaken; a disk that fails only makes it degraded.

        `interval` is in seconds, for FlushPolicy.INTERVAL; `clock` tells the time with its zone.
        """
        self.directory = directory
        self.errors = 0
        """How often writing, or bringing it to the disk, has failed."""
        self._clock = clock
        self._mutex = threading.Lock()
        self._flusher = Flusher(flush, interval, self._flushed)
        self._trail = Trail(directory, self._flusher)
        self._lossy: AuditDegraded | None = None
        self._unsynced: AuditDegraded | None = None
        self._closed = False
        try:
            self._trail.ready(clock())
        except OSError as error:
            self._lose(error, 0)

    @property
    def degraded(self) -> AuditDegraded | None:
        """What is wrong; None while all is well. For any thread, at any time."""
        return self._lossy or self._unsynced

    @property
    def head(self) -> ChainHead | None:
        """The last line's number and hash, to be noted elsewhere; None before the disk could be read."""
        return self._trail.head

    def record(self, kind: str, entry: Mapping[str, JSON]) -> bool:
        """Appends one line and says whether it is in the trail (with FlushPolicy.ALWAYS: on the disk).

        Raises TypeError or ValueError for what is no JSON, more than a mebibyte, or a kind of the
        trail's own: mistakes of the caller, who learns of them before anything is written.
        """
        text = _checked(kind, entry)
        with self._mutex:
            try:
                self._append(kind, text)
            except (OSError, TrailTaken) as error:
                self._lose(error, 1)
                return False
            return self._flusher.wrote()

    def close(self) -> None:
        """Brings everything to the disk and lets others write. What is recorded later is lost."""
        with self._mutex:
            if self._closed:
                return
            try:
                self._tell_gap()
            except (OSError, TrailTaken) as error:
                log.error("the audit trail ends without %s", self._lossy or error)
            self._closed = True
            self._flusher.stop()
            self._trail.forget_before()
            self._trail.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, kind: str, text: str) -> None:
        if self._closed:
            raise OSError("it is closed")
        self._tell_gap()
        self._trail.append(kind, text, self._clock())

    def _tell_gap(self) -> None:
        if (gap := self._lossy) is None:
            return
        if gap.lost:
            entry = {"lost": gap.lost, "since": to_text(gap.since), "reason": gap.reason}
            self._trail.append(GAP, to_json(entry), self._clock())
        self._lossy = None
        log.warning("the audit trail is written again; %d records were lost", gap.lost)

    def _lose(self, error: Exception, count: int) -> None:
        self.errors += 1
        if self._lossy is None:
            self._lossy = AuditDegraded(reason_of(error), self._clock())
            log.error("the audit trail cannot be written: %s", error)
        self._lossy = replace(self._lossy, reason=reason_of(error), lost=self._lossy.lost + count)
        self._trail.forget_before()

    def _flushed(self, error: OSError | None) -> None:
        """Called by the flusher, from whichever thread it works in."""
        if error is None:
            self._unsynced = None
            return
        self.errors += 1
        if self._unsynced is None:
            self._unsynced = AuditDegraded(f"not brought to the disk: {reason_of(error)}", self._clock())
            log.error("the audit trail cannot be brought to the disk: %s", error)


def _checked(kind: str, entry: Mapping[str, JSON]) -> str:
    """The entry in JSON."""
    if kind in OWN_KINDS:
        raise ValueError(f"the kind {kind!r} is the audit trail's own")
    text = to_json(dict(entry))
    if len(text) + len(to_json(kind)) > MAX_LINE_BYTES - _ROOM:
        raise ValueError(f"an entry of {len(text)} bytes is too long for a line of the audit trail")
    return text
