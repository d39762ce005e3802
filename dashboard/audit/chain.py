"""The rules by which each line of a trail follows the line before it."""

from datetime import date

from dashboard.audit.defects import Defect, InvalidRecord
from dashboard.audit.records import GENESIS, AuditLine, ChainHead
from dashboard.audit.system_records import CLOCK


class Chain:
    """Checks the lines of a trail in their order on disk.

    After an invalid line it continues with the next valid one, so that one change is reported once.
    """

    def __init__(self) -> None:
        self._head: ChainHead | None = ChainHead(0, GENESIS)
        self._last: AuditLine | None = None
        self._invalid_lines = 0
        """Invalid lines since the head: each may be the place of a missing number."""
        self._day: date | None = None
        self._previous_day: date | None = None
        self._at_file_start = False

    def start_file(self, day: date) -> None:
        """Expects the first line of the file of `day` next."""
        self._previous_day, self._day, self._at_file_start = self._day, day, True

    def skip_unreadable_file(self) -> None:
        """Accepts any line next, since the rest of a file could not be read."""
        self._head = None

    def skip_invalid_line(self) -> None:
        """Passes a line whose own content is invalid, so that its number is unknown."""
        self._invalid_lines += 1
        self._at_file_start = False

    def check(self, record: AuditLine) -> None:
        """Advances to `record`. Raises InvalidRecord if it does not follow the lines before it."""
        at_file_start, self._at_file_start = self._at_file_start, False
        head, invalid_lines = self._head, self._invalid_lines
        last = self._last
        if head is None or record.seq > head.seq:
            self._head, self._last, self._invalid_lines = record.head, record, 0
        if head is not None:
            self._check_link(record, head, invalid_lines, at_file_start)
        self._check_day(record, at_file_start)
        if last and record.time < last.time and record.kind != CLOCK:
            raise InvalidRecord(Defect.TIME, f"{record.time} comes after {last.time}")

    def _check_link(
        self, record: AuditLine, head: ChainHead, invalid_lines: int, at_file_start: bool
    ) -> None:
        seq, expected = record.seq, head.seq + 1
        if seq > expected + invalid_lines:
            raise self._missing(expected, seq - 1 - invalid_lines, at_file_start)
        if seq == expected and record.before != head.hash:
            raise InvalidRecord(Defect.CHANGED, f"it was written after a different line {head.seq}")
        if seq == head.seq:
            raise InvalidRecord(Defect.INSERTED, f"a second line {seq}")
        if seq < head.seq:
            raise InvalidRecord(Defect.ORDER, f"line {seq} comes after line {head.seq}")

    def _missing(self, first: int, last: int, at_file_start: bool) -> InvalidRecord:
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        if not at_file_start:
            return InvalidRecord(Defect.MISSING, f"{lines} before it")
        if self._previous_day is None:
            return InvalidRecord(Defect.DAY_MISSING, f"the trail begins without {lines}")
        if self._day and (self._day - self._previous_day).days > 1:
            return InvalidRecord(
                Defect.DAY_MISSING, f"{lines}: a day after {self._previous_day}, or the end of that day"
            )
        return InvalidRecord(Defect.MISSING, f"{lines}: the end of {self._previous_day}")

    def _check_day(self, record: AuditLine, at_file_start: bool) -> None:
        """Checks that a file begins with its own day; later lines may be of earlier days (clock set back)."""
        assert self._day is not None
        day = record.time.date()
        if day > self._day or (at_file_start and day != self._day):
            raise InvalidRecord(Defect.MISPLACED, f"a line of {day} in the file of {self._day}")
