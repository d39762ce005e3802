"""Verification of a whole trail: finds where it is not as it was written."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from dashboard.audit.chain import Chain
from dashboard.audit.defects import Defect, FoundDefect, InvalidRecord
from dashboard.audit.line_order import PlacedLine, in_order
from dashboard.audit.records import AuditLine, ChainHead
from dashboard.audit.signature_check import SignatureCheck, SignedPart
from dashboard.audit.system_records import GAP, HEALED
from dashboard.audit.trail_files import TrailFile, require_trail_files

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
    parts: list[SignedPart] = field(default_factory=list)
    """The lines by the key that signed them."""
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


class ContentCheck(Protocol):
    """Checks what the records of a trail contain."""

    def add(self, record: AuditLine) -> str | None:
        """Adds the next record. Returns the mistake in its content, or None."""

    def lose_track(self) -> None:
        """Accepts that lines before the next record are missing or invalid."""


def verify(
    directory: Path,
    known_heads: Iterable[ChainHead] = (),
    content: ContentCheck | None = None,
    public_keys: Collection[str] = (),
) -> VerificationReport:
    """Checks every line of every day, and that each of `known_heads` is among them. Raises NoTrail.

    With `public_keys`, one of them must have signed the trail, or certified the key that did.
    """
    files = require_trail_files(directory)
    verification = _Verification(files, known_heads, content, SignatureCheck(public_keys))
    for line in in_order(files):
        verification.check_line(line)
    verification.finish()
    return verification.report


class _Verification:
    def __init__(
        self,
        files: Sequence[TrailFile],
        known_heads: Iterable[ChainHead],
        content: ContentCheck | None,
        signatures: SignatureCheck,
    ) -> None:
        self.report = VerificationReport(files=len(files))
        self._chain = Chain([file.day for file in files])
        self._path, self._line = files[-1].path, 0
        """The place of the line that is checked."""
        self._content = content
        self._signatures = signatures
        self._missing_heads = dict.fromkeys(known_heads)
        """The known heads that were not found yet, in their order."""

    def check_line(self, line: PlacedLine) -> None:
        self._path, self._line = line.file.path, line.number
        self.report.lines += not isinstance(line.content, OSError)
        match line.content:
            case OSError() as error:
                self._chain.skip_unreadable_file()
                self._add(Defect.UNREADABLE, f"{error.strerror}")
            case InvalidRecord() as error:
                self._chain.skip_invalid_line(line.file.day)
                self._add(error.defect, str(error))
            case AuditLine() as record:
                self._count(record)
                self._check_place(record, line.file.day)
                self._check_content(record)
                self._list(self._signatures.add(record))

    def finish(self) -> None:
        head = self.report.head
        end = f"the trail ends with line {head.seq}" if head else "no valid line is left"
        for known in self._missing_heads:
            self._list(
                [InvalidRecord(Defect.HEAD, f"line {known.seq} is missing or has another hash; {end}")]
            )
        self._list(self._signatures.finish())
        self.report.parts = self._signatures.parts

    def _add(self, defect: Defect, detail: str) -> None:
        if self._content is not None:
            self._content.lose_track()
        self._signatures.lose_track()
        self._list([InvalidRecord(defect, detail)])

    def _list(self, found: Iterable[InvalidRecord]) -> None:
        for each in found:
            self.report.defect_count += 1
            if len(self.report.defects) < MAX_LISTED_DEFECTS:
                self.report.defects.append(FoundDefect(self._path, self._line, each.defect, str(each)))

    def _check_place(self, record: AuditLine, day: date) -> None:
        try:
            self._chain.check(record, day)
        except InvalidRecord as error:
            self._add(error.defect, str(error))

    def _check_content(self, record: AuditLine) -> None:
        mistake = self._content.add(record) if self._content else None
        if mistake:
            self._add(Defect.CONTENT, mistake)

    def _count(self, record: AuditLine) -> None:
        report = self.report
        report.first, report.last = report.first or record.time, record.time
        report.head = record.head
        self._missing_heads.pop(record.head, None)
        if record.kind == GAP and isinstance(lost := record.entry.get("lost"), int):
            report.lost += lost
        elif record.kind == HEALED:
            report.repaired += 1
