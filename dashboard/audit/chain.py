"""Whether each line follows the one before it."""

from datetime import date

from dashboard.audit.defects import Defect, InvalidRecord
from dashboard.audit.records import GENESIS, AuditLine, ChainHead
from dashboard.audit.system_records import CLOCK


class Chain:
    """Takes the lines of a trail in the order in which they stand. Each method raises InvalidRecord.

    After a damaged line it goes on with the next that is sound, so that one change is told once.
    """

    def __init__(self) -> None:
        self._head: ChainHead | None = ChainHead(0, GENESIS)
        self._last: AuditLine | None = None
        self._damaged = 0
        self._day: date | None = None
        self._previous_day: date | None = None
        self._begins = False

    def begin(self, day: date) -> None:
        """The next line is the first one in the file of `day`."""
        self._previous_day, self._day, self._begins = self._day, day, True

    def lost_sight(self) -> None:
        """A file could not be read: whatever comes next may be right."""
        self._head = None

    def damaged(self) -> None:
        """The next line is not sound; nothing can be said of where it belongs."""
        self._damaged += 1
        self._begins = False

    def follow(self, record: AuditLine) -> None:
        """The next line is this one."""
        begins, self._begins = self._begins, False
        head, damaged = self._head, self._damaged
        last = self._last
        if head is None or record.seq > head.seq:
            self._head, self._last, self._damaged = record.head, record, 0
        if head is not None:
            self._check_link(record, head, damaged, begins)
        self._check_day(record, begins)
        if last and record.time < last.time and record.kind != CLOCK:
            raise InvalidRecord(Defect.TIME, f"{record.time} comes after {last.time}")

    def _check_link(self, record: AuditLine, head: ChainHead, damaged: int, begins: bool) -> None:
        seq, expected = record.seq, head.seq + 1
        if seq > expected + damaged:
            raise self._missing(expected, seq - 1 - damaged, begins)
        if seq == expected and record.before != head.hash:
            raise InvalidRecord(
                Defect.CHANGED, f"it follows another line {head.seq} than the one that stands here"
            )
        if seq == head.seq:
            raise InvalidRecord(Defect.INSERTED, f"a second line {seq}")
        if seq < head.seq:
            raise InvalidRecord(Defect.ORDER, f"line {seq} comes after line {head.seq}")

    def _missing(self, first: int, last: int, begins: bool) -> InvalidRecord:
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        if not begins:
            return InvalidRecord(Defect.MISSING, f"{lines} before it")
        if self._previous_day is None:
            return InvalidRecord(Defect.DAY_MISSING, f"the trail begins without {lines}")
        if self._day and (self._day - self._previous_day).days > 1:
            return InvalidRecord(
                Defect.DAY_MISSING, f"{lines}: a day after {self._previous_day}, or the end of that one"
            )
        return InvalidRecord(Defect.MISSING, f"{lines}: the end of {self._previous_day}")

    def _check_day(self, record: AuditLine, begins: bool) -> None:
        """A file begins with its own day. After that a clock that was set back may make days earlier."""
        assert self._day is not None
        day = record.time.date()
        if day > self._day or (begins and day != self._day):
            raise InvalidRecord(Defect.MISPLACED, f"a line of {day} in the file of {self._day}")
