"""The writer of the trail. `record` returns after the line has been handed to the operating system."""

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
from dashboard.audit.key_file import UnusableKey
from dashboard.audit.records import JSON, MAX_LINE_BYTES, ChainHead, to_json, to_text
from dashboard.audit.signer import Signer, SigningThread
from dashboard.audit.signing_key import SigningKey
from dashboard.audit.system_records import CHECKPOINT, GAP, SYSTEM_KINDS
from dashboard.audit.trail import Trail
from dashboard.audit.writer_lock import TrailTaken
from dashboard.clock import utc_now

log = logging.getLogger(__name__)

_MAX_FRAME_BYTES = 1024
"""Upper limit of the bytes of a line that are neither its kind nor its entry."""


class AuditLogger:
    """Appends records to the trail in `directory`, in the order of the calls, from any thread.

    Disk errors never reach the caller. While writing fails, `degraded` holds the start and the number of
    lost records; each further record retries, and the first that succeeds is preceded by a "gap" record
    with that number.
    """

    def __init__(
        self,
        directory: Path,
        flush: FlushPolicy = FlushPolicy.INTERVAL,
        interval_s: float = 1.0,
        clock: Callable[[], datetime] = utc_now,
        key: SigningKey | UnusableKey | None = None,
    ) -> None:
        """Opens the trail and repairs a torn last line. Raises TrailTaken; a disk error only degrades it.

        `interval_s` is for FlushPolicy.INTERVAL; `clock` returns a datetime with its time zone. Without a
        `key` lines are not signed; the error of one that cannot be used is reported as `unsigned`.
        """
        self.directory = directory
        self.errors = 0
        """Number of failed writes and flushes."""
        self._clock = clock
        self._mutex = threading.Lock()
        self._flusher = Flusher(flush, interval_s, self._flushed)
        self.unsigned: str | None = None
        """The reason why lines are not signed although they should be, or None."""
        if isinstance(key, UnusableKey):
            self.unsigned = f"the audit trail is not signed: {key}"
            log.error("%s", self.unsigned)
        self._signer = Signer(key) if isinstance(key, SigningKey) else None
        self._trail = Trail(directory, self._flusher, self._signer)
        self._write_failure: AuditDegraded | None = None
        self._flush_failure: AuditDegraded | None = None
        self._closed = False
        try:
            self._trail.ensure_open(clock())
        except OSError as error:
            self._failed(error, lost=False)
        self._signing = SigningThread(self._sign_due) if self._signer else None

    @property
    def degraded(self) -> AuditDegraded | None:
        """The current failure, or None. Safe to read from any thread."""
        return self._write_failure or self._flush_failure

    @property
    def problem(self) -> str | None:
        """The reason why lines are lost or not signed, as one line; None while all is well."""
        return str(self.degraded) if self.degraded else self.unsigned

    @property
    def head(self) -> ChainHead | None:
        """Number and hash of the last line; None until the trail has been read from the disk."""
        return self._trail.head

    def record(self, kind: str, entry: Mapping[str, JSON]) -> bool:
        """Appends one line. True if it is in the trail (with FlushPolicy.ALWAYS: on the disk).

        Raises TypeError or ValueError, before anything is written, if `entry` is not JSON or over a
        mebibyte, or if `kind` is one of `SYSTEM_KINDS`.
        """
        return self.record_line(kind, entry) is not None

    def record_line(self, kind: str, entry: Mapping[str, JSON]) -> ChainHead | None:
        """Does the same as `record`, but returns number and hash of the line."""
        text = _encoded(kind, entry)
        with self._mutex:
            try:
                self._append(kind, text)
            except (OSError, TrailTaken) as error:
                self._failed(
                    error, lost=kind != CHECKPOINT
                )  # of a checkpoint nothing is lost: it is repeated
                return None
            return self._trail.head if self._flusher.line_written() else None

    def close(self) -> None:
        """Signs and flushes all lines to the disk and releases the lock. Later records are lost."""
        if self._signing:
            self._signing.stop()
        with self._mutex:
            if self._closed:
                return
            try:
                self._append_gap()
                self._trail.sign_rest(self._clock())
            except (OSError, TrailTaken) as error:
                log.error(
                    "%s; it is closed without a record of the loss or a last signature",
                    self._write_failure or error,
                )
            if self._signer and self._signer.newest:
                log.info("newest checkpoint of the audit trail: %s", self._signer.newest.to_json())
            self._closed = True
            self._flusher.stop()
            self._trail.close_file()
            self._trail.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, kind: str, text: str) -> None:
        if self._closed:
            raise OSError("the audit trail is closed")
        self._append_gap()
        self._trail.append(kind, text, self._clock())

    def _sign_due(self) -> None:
        with self._mutex:
            if self._closed or self._write_failure or self._signer is None:
                return
            try:
                if self._signer.is_due(now := self._clock()):
                    self._trail.ensure_open(now)
                    self._flusher.line_written()
            except (OSError, TrailTaken) as error:
                self._failed(error, lost=False)

    def _append_gap(self) -> None:
        """Writes the gap record of a failure that has ended."""
        if (failure := self._write_failure) is None:
            return
        if failure.lost:
            entry = {"lost": failure.lost, "since": to_text(failure.since), "reason": failure.reason}
            self._trail.append(GAP, to_json(entry), self._clock())
        self._write_failure = None
        log.warning("the audit trail is written again; %d records were lost", failure.lost)

    def _failed(self, error: Exception, *, lost: bool) -> None:
        self.errors += 1
        if self._write_failure is None:
            self._write_failure = AuditDegraded(reason_of(error), self._clock())
            log.error("the audit trail cannot be written: %s", error)
        failure = self._write_failure
        self._write_failure = replace(failure, reason=reason_of(error), lost=failure.lost + lost)
        self._trail.close_file()

    def _flushed(self, error: OSError | None) -> None:
        """Receives each result of the flusher, from any thread."""
        if error is None:
            self._flush_failure = None
            return
        self.errors += 1
        if self._flush_failure is None:
            self._flush_failure = AuditDegraded(f"not flushed to the disk: {reason_of(error)}", self._clock())
            log.error("the audit trail cannot be flushed to the disk: %s", error)


def _encoded(kind: str, entry: Mapping[str, JSON]) -> str:
    """The entry as JSON. Raises TypeError or ValueError if it cannot be recorded."""
    if kind in SYSTEM_KINDS:
        raise ValueError(f"the record kind {kind!r} is reserved for the audit trail itself")
    text = to_json(dict(entry))
    if len(text) + len(to_json(kind)) > MAX_LINE_BYTES - _MAX_FRAME_BYTES:
        raise ValueError(f"an entry of {len(text)} bytes is too long for a line of the audit trail")
    return text
