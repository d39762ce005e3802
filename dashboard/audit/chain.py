"""The rules by which each line of a trail follows the line before it."""

from collections.abc import Sequence
from datetime import date

from dashboard.audit.defects import Defect, InvalidRecord
from dashboard.audit.records import NO_LINES, AuditLine, ChainHead
from dashboard.audit.system_records import CLOCK


class Chain:
    """Checks the lines of a trail by their numbers.

    After an invalid line it continues with the next valid one, so that one change is reported once.
    """

    def __init__(self, days: Sequence[date], head: ChainHead = NO_LINES) -> None:
        """`days` are those of the files, oldest first; `head` is the line before the first one."""
        self._days = days
        self._head: ChainHead | None = head
        self._last: AuditLine | None = None
        self._invalid_lines = 0
        """Invalid lines since the head: each may be the place of a missing number."""
        self._day: date | None = None
        """The day of the file with the line before."""

    def skip_unreadable_file(self) -> None:
        """Accepts any line next, since the rest of a file could not be read."""
        self._head = None

    def skip_invalid_line(self, day: date) -> None:
        """Passes a line of the file of `day` with invalid content, so that its number is unknown."""
        self._invalid_lines += 1
        self._day = day

    def check(self, record: AuditLine, day: date) -> None:
        """Advances to `record` in the file of `day`. Raises InvalidRecord if it is not in its place."""
        enters_file, self._day = day != self._day, day
        head, invalid_lines = self._head, self._invalid_lines
        last = self._last
        if head is None or record.seq > head.seq:
            self._head, self._last, self._invalid_lines = record.head, record, 0
        if head is not None:
            self._check_link(record, head, invalid_lines, day if enters_file else None)
        _check_day(record, day, enters_file=enters_file)
        if last and record.time < last.time and record.kind != CLOCK:
            raise InvalidRecord(Defect.TIME, f"{record.time} comes after {last.time}")

    def _check_link(
        self, record: AuditLine, head: ChainHead, invalid_lines: int, entered: date | None
    ) -> None:
        seq, expected = record.seq, head.seq + 1
        if seq > expected + invalid_lines:
            raise self._missing(expected, seq - 1 - invalid_lines, entered)
        if seq == expected and record.before != head.hash:
            raise InvalidRecord(Defect.CHANGED, f"it was written after a different line {head.seq}")
        if seq == head.seq:
            raise InvalidRecord(Defect.INSERTED, f"a second line {seq}")
        if seq < head.seq:
            raise InvalidRecord(Defect.ORDER, f"line {seq} comes after line {head.seq}")

    def _missing(self, first: int, last: int, entered: date | None) -> InvalidRecord:
        """The defect of a gap in the numbers. `entered` is the day of a file that begins after it."""
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        if entered is None:
            return InvalidRecord(Defect.MISSING, f"{lines} before it")
        if first == 1:
            return InvalidRecord(Defect.DAY_MISSING, f"the trail begins without {lines}")
        previous = max((day for day in self._days if day < entered), default=entered)
        if (entered - previous).days > 1:
            place = f"a day after {previous}, or the end of that day"
            return InvalidRecord(Defect.DAY_MISSING, f"{lines}: {place}")
        return InvalidRecord(Defect.MISSING, f"{lines}: the end of {previous}")


def _check_day(record: AuditLine, day: date, *, enters_file: bool) -> None:
    """Checks that a line is in the file of its day.

    A file may end with a line of an earlier day: the record that the clock was set back. Trails of earlier
    versions continue there.
    """
    written = record.time.date()
    if written > day or (enters_file and written != day):
        raise InvalidRecord(Defect.MISPLACED, f"a line of {written} in the file of {day}")
