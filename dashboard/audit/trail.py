"""A trail that is being written: one file a day, each line following the one before."""

from collections import deque
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from dashboard.audit.day_file import DayFile
from dashboard.audit.flushing import Flusher
from dashboard.audit.records import JSON, ChainHead, compose, to_json, to_text
from dashboard.audit.recovery import TrailEnd, recover
from dashboard.audit.system_records import BROKEN, CLOCK, HEALED
from dashboard.audit.trail_files import day_path
from dashboard.audit.writer_lock import WriterLock

_UNSTEADY = timedelta(seconds=1)
"""A clock that is set back by no more than this is waited for: the time stands still meanwhile."""


class Trail:
    """Writes for one caller at a time. All its methods raise OSError, and TrailTaken where it opens."""

    def __init__(self, directory: Path, flusher: Flusher) -> None:
        self._directory = directory
        self._flusher = flusher
        self._lock = WriterLock(directory)
        self._file: DayFile | None = None
        self._day: date | None = None
        self._time: datetime | None = None
        self._notes: deque[tuple[str, dict[str, JSON]]] = deque()
        self.head: ChainHead | None = None

    def ready(self, now: datetime) -> None:
        """Opens it where it is not as it was left, and writes what was found."""
        if self._file is None or not self._file.is_as_left():
            self._open()
        while self._notes:
            kind, entry = self._notes[0]
            self._write(kind, to_json(entry), now)
            self._notes.popleft()

    def append(self, kind: str, entry: str, now: datetime) -> None:
        """One line more; `entry` is in JSON already."""
        self.ready(now)
        self._write(kind, entry, now)

    def forget_before(self) -> None:
        """Closes the file. The lock is kept, and what was written last is remembered."""
        if self._file is not None:
            self._flusher.leave()
            self._file.close()
            self._file = None

    def release(self) -> None:
        """Lets others write."""
        self._lock.release()

    def _open(self) -> None:
        self.forget_before()
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock.hold()
        ending = recover(self._directory)
        self._compare(ending)
        if ending.day is not None:
            self._use(ending.day)

    def _compare(self, ending: TrailEnd) -> None:
        """Goes on where the trail ends on the disk, or, if that was cut off, where it was left."""
        if ending.healed:
            self._notes.append((HEALED, ending.healed))
        if ending.unsound:
            self._notes.append((BROKEN, {"unsound_lines": ending.unsound}))
        elif self.head is not None and not ending.continues(self.head):
            self._notes.append((BROKEN, {"written": str(self.head), "found": str(ending.head)}))
        if self.head is None or ending.head.seq > self.head.seq:
            self.head = ending.head
            self._time = ending.last.time if ending.last else None

    def _use(self, day: date) -> None:
        self._file, self._day = DayFile(day_path(self._directory, day)), day
        self._flusher.follow(self._file)

    def _write(self, kind: str, entry: str, now: datetime) -> None:
        now = now.astimezone(UTC)
        if self._time is not None and now < self._time:
            if self._time - now > _UNSTEADY:
                was, self._time = self._time, None
                self._line(CLOCK, to_json({"was": to_text(was)}), now)
            else:
                now = self._time
        self._line(kind, entry, now)

    def _line(self, kind: str, entry: str, now: datetime) -> None:
        if self._file is None or self._day is None or now.date() > self._day:
            self.forget_before()
            self._use(now.date())
        assert self._file is not None
        assert self.head is not None
        line, head = compose(self.head, now, kind, entry)
        self._file.append(line)
        self.head, self._time = head, now
