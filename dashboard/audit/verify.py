"""Walks a whole trail and tells where it is not as it was written."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dashboard.audit.chain import Chain
from dashboard.audit.defects import Defect, FoundDefect, InvalidRecord
from dashboard.audit.line_reader import forwards
from dashboard.audit.records import AuditLine, ChainHead, parse
from dashboard.audit.system_records import GAP, HEALED
from dashboard.audit.trail_files import require_day_files

SHOWN = 100
"""Breaks that a report names. Of all others it knows the number, so that it needs little memory."""


@dataclass(slots=True)
class VerificationReport:
    """What a walk through all days found."""

    files: int = 0
    lines: int = 0
    first: datetime | None = None
    last: datetime | None = None
    head: ChainHead | None = None
    """The last sound line's: noted elsewhere, it shows later whether the end was cut off."""
    lost: int = 0
    """Records that the writer itself says it could not write."""
    healed: int = 0
    """Torn lines of which the writer itself says that it healed them."""
    breaks: list[FoundDefect] = field(default_factory=list)
    broken: int = 0
    """All breaks, those too that are not named."""

    @property
    def whole(self) -> bool:
        """Whether every line is as it was written."""
        return self.broken == 0


def verify(directory: Path, known: ChainHead | None = None) -> VerificationReport:
    """Checks every line of every day, and that the `known` head is among them. Raises NoTrail."""
    walk = _Walk(known)
    for day, path in require_day_files(directory):
        walk.chain.begin(day)
        walk.through(path)
    if known is not None and not walk.met:
        ends = f"the trail ends with line {walk.report.head.seq}" if walk.report.head else "no line is left"
        walk.note(path, walk.line, Defect.HEAD, f"line {known.seq} is not the one that was noted; {ends}")
    return walk.report


class _Walk:
    def __init__(self, known: ChainHead | None) -> None:
        self.chain = Chain()
        self.report = VerificationReport()
        self.line = 0
        self.met = False
        self._known = known

    def through(self, path: Path) -> None:
        self.report.files += 1
        self.line = 0
        try:
            with path.open("rb") as file:
                for raw in forwards(file):
                    self.line += 1
                    self._judge(path, raw)
        except OSError as error:
            self.note(path, self.line, Defect.UNREADABLE, f"{error.strerror}")
            self.chain.lost_sight()

    def note(self, path: Path, line: int, flaw: Defect, what: str) -> None:
        self.report.broken += 1
        if len(self.report.breaks) < SHOWN:
            self.report.breaks.append(FoundDefect(path, line, flaw, what))

    def _judge(self, path: Path, raw: bytes) -> None:
        self.report.lines += 1
        try:
            record = parse(raw)
        except InvalidRecord as error:
            self.chain.damaged()
            self.note(path, self.line, error.flaw, str(error))
            return
        self._count(record)
        try:
            self.chain.follow(record)
        except InvalidRecord as error:
            self.note(path, self.line, error.flaw, str(error))

    def _count(self, record: AuditLine) -> None:
        report = self.report
        report.first, report.last = report.first or record.time, record.time
        report.head = record.head
        self.met = self.met or record.head == self._known
        if record.kind == GAP and isinstance(lost := record.entry.get("lost"), int):
            report.lost += lost
        elif record.kind == HEALED:
            report.healed += 1
