"""Verification of a whole trail: finds where it is not as it was written."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from dashboard.audit.chain import Chain
from dashboard.audit.defects import Defect, FoundDefect, InvalidRecord
from dashboard.audit.line_reader import forwards
from dashboard.audit.records import AuditLine, ChainHead, parse
from dashboard.audit.system_records import GAP, HEALED
from dashboard.audit.trail_files import require_day_files

MAX_LISTED_DEFECTS = 100
"""Defects that a report lists; further ones are only counted, so that it needs little memory."""


@dataclass(slots=True)
class VerificationReport:
    """The result of a verification of all days."""

    files: int = 0
    lines: int = 0
    first: datetime | None = None
    last: datetime | None = None
    head: ChainHead | None = None
    """The head of the last valid line. A copy kept elsewhere proves later that the end was not cut off."""
    lost: int = 0
    """Records that could not be written, by the trail's own gap records."""
    repaired: int = 0
    """Torn lines that the writer repaired, by the trail's own records."""
    defects: list[FoundDefect] = field(default_factory=list)
    defect_count: int = 0
    """The number of all defects, listed or not."""

    @property
    def intact(self) -> bool:
        """True if every line is as it was written."""
        return self.defect_count == 0


def verify(directory: Path, known_head: ChainHead | None = None) -> VerificationReport:
    """Checks every line of every day, and that `known_head` is among them. Raises NoTrail."""
    verification = _Verification(known_head)
    for day, path in require_day_files(directory):
        verification.check_file(day, path)
    verification.check_known_head(path)
    return verification.report


class _Verification:
    def __init__(self, known_head: ChainHead | None) -> None:
        self.report = VerificationReport()
        self._chain = Chain()
        self._line = 0
        self._known_head = known_head
        self._known_head_found = False

    def check_file(self, day: date, path: Path) -> None:
        self._chain.start_file(day)
        self.report.files += 1
        self._line = 0
        try:
            with path.open("rb") as file:
                for raw in forwards(file):
                    self._line += 1
                    self._check_line(path, raw)
        except OSError as error:
            self._add(path, Defect.UNREADABLE, f"{error.strerror}")
            self._chain.skip_unreadable_file()

    def check_known_head(self, last_path: Path) -> None:
        if self._known_head is None or self._known_head_found:
            return
        head = self.report.head
        end = f"the trail ends with line {head.seq}" if head else "no valid line is left"
        known = f"line {self._known_head.seq} is missing or has another hash"
        self._add(last_path, Defect.HEAD, f"{known}; {end}")

    def _add(self, path: Path, defect: Defect, detail: str) -> None:
        self.report.defect_count += 1
        if len(self.report.defects) < MAX_LISTED_DEFECTS:
            self.report.defects.append(FoundDefect(path, self._line, defect, detail))

    def _check_line(self, path: Path, raw: bytes) -> None:
        self.report.lines += 1
        try:
            record = parse(raw)
        except InvalidRecord as error:
            self._chain.skip_invalid_line()
            self._add(path, error.defect, str(error))
            return
        self._count(record)
        try:
            self._chain.check(record)
        except InvalidRecord as error:
            self._add(path, error.defect, str(error))

    def _count(self, record: AuditLine) -> None:
        report = self.report
        report.first, report.last = report.first or record.time, record.time
        report.head = record.head
        self._known_head_found = self._known_head_found or record.head == self._known_head
        if record.kind == GAP and isinstance(lost := record.entry.get("lost"), int):
            report.lost += lost
        elif record.kind == HEALED:
            report.repaired += 1
