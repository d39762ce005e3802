"""A trail open for writing: one file per day, each line chained to the previous line."""

from collections import deque
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from dashboard.audit.day_file import DayFile
from dashboard.audit.flushing import Flusher
from dashboard.audit.records import JSON, ChainHead, compose, to_json, to_text
from dashboard.audit.recovery import TrailEnd, recover, repair_last_line
from dashboard.audit.signer import Signer
from dashboard.audit.system_records import BROKEN, CLOCK, HEALED, SIGNATURE
from dashboard.audit.trail_files import day_path
from dashboard.audit.writer_lock import WriterLock

_CLOCK_JITTER = timedelta(seconds=1)
"""If the clock is set back by at most this, lines repeat the last time until it has caught up."""


class Trail:
    """Appends lines; not thread-safe. Methods that open the trail raise OSError or TrailTaken."""

    def __init__(self, directory: Path, flusher: Flusher, signer: Signer | None = None) -> None:
        self._directory = directory
        self._flusher = flusher
        self._signer = signer
        self._lock = WriterLock(directory)
        self._file: DayFile | None = None
        self._day: date | None = None
        self._time: datetime | None = None
        self._pending: deque[tuple[str, dict[str, JSON]]] = deque()
        """System records that wait to be written."""
        self.head: ChainHead | None = None

    def ensure_open(self, now: datetime) -> None:
        """Opens the trail, also after a change by another process, and writes what is due or pending."""
        if self._file is None or not self._file.is_unchanged():
            self._open()
        if self._signer and self._signer.is_due(now):
            self._sign(self._signer, now)
        while self._pending:
            kind, entry = self._pending[0]
            self._write(kind, to_json(entry), now)
            self._pending.popleft()

    def append(self, kind: str, entry: str, now: datetime) -> None:
        """Appends one line. `entry` is already encoded as JSON."""
        self.ensure_open(now)
        self._write(kind, entry, now)

    def sign_rest(self, now: datetime) -> None:
        """Signs the lines after the newest signature."""
        if self._signer and self._signer.has_unsigned_lines:
            self.ensure_open(now)
            if self._signer.has_unsigned_lines:
                self._sign(self._signer, now)

    def close_file(self) -> None:
        """Closes the file. The lock and the head are kept."""
        if self._file is not None:
            self._flusher.detach()
            self._file.close()
            self._file = None

    def release(self) -> None:
        """Releases the lock, so that another process can write."""
        self._lock.release()

    def _open(self) -> None:
        self.close_file()
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock.acquire()
        end = recover(self._directory)
        self._continue_from(end)
        if end.day is not None:
            self._enter_day(end.day)

    def _continue_from(self, end: TrailEnd) -> None:
        """Continues after the last line on the disk, or after our last line if that was cut off."""
        self._pending.extend((HEALED, repair) for repair in end.repairs)
        if end.invalid_lines:
            self._pending.append((BROKEN, {"unsound_lines": end.invalid_lines}))
        elif self.head is not None and not end.continues(self.head):
            self._pending.append((BROKEN, {"written": str(self.head), "found": str(end.head)}))
        if self.head is None or end.head.seq > self.head.seq:
            self.head = end.head
            self._time = end.last.time if end.last else None
        if self._signer:
            self._signer.trail_opened()

    def _write(self, kind: str, entry: str, now: datetime) -> None:
        time = self._prepare(now)
        self._append_line(kind, entry, time)
        if self._signer:
            self._signer.line_written(time)

    def _sign(self, signer: Signer, now: datetime) -> None:
        time = self._prepare(now)
        assert self.head is not None
        self._append_line(SIGNATURE, to_json(signer.entry(self.head)), time)
        signer.signature_written()

    def _prepare(self, now: datetime) -> datetime:
        """Opens the file of the next line, and returns its time."""
        now = now.astimezone(UTC)
        if self._time is not None and now < self._time:
            if self._time - now > _CLOCK_JITTER:
                self._record_set_back(self._time, now)
            else:
                now = self._time
        if self._file is None or now.date() != self._day:
            self._enter_day(now.date())
        return now

    def _record_set_back(self, previous: datetime, now: datetime) -> None:
        """Ends the open file: the next line may be in the file of an earlier day."""
        if self._file is None:
            self._enter_day(previous.date())
        self._append_line(CLOCK, to_json({"was": to_text(previous)}), now)

    def _enter_day(self, day: date) -> None:
        self.close_file()
        path = day_path(self._directory, day)
        if path.exists() and (repair := repair_last_line(path)):
            self._pending.append((HEALED, repair))
        self._file, self._day = DayFile(path), day
        self._flusher.attach(self._file)

    def _append_line(self, kind: str, entry: str, now: datetime) -> None:
        assert self._file is not None
        assert self.head is not None
        line, head = compose(self.head, now, kind, entry)
        self._file.append(line)
        self.head, self._time = head, now
