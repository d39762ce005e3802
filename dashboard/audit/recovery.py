"""Repair of a trail after a crash, and its end, from which writing continues."""

import os
import shutil
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.audit.day_file import sync
from dashboard.audit.defects import InvalidRecord
from dashboard.audit.line_reader import backwards, torn_line_start
from dashboard.audit.records import GENESIS, MAX_LINE_BYTES, AuditLine, ChainHead, parse
from dashboard.audit.trail_files import day_files


@dataclass(frozen=True, slots=True)
class TrailEnd:
    """The end of a trail on the disk."""

    head: ChainHead
    """The head that the next line follows."""
    last: AuditLine | None
    """The last valid line, or None."""
    day: date | None
    """The day of the newest file, or None."""
    repair: dict[str, Any] | None
    """The entry of a HEALED record, if a torn line was repaired."""
    invalid_lines: int
    """Invalid lines at the end. They are left unchanged."""

    def continues(self, head: ChainHead) -> bool:
        """True if the trail ends with `head`, or with one more line whose writing was interrupted."""
        return self.head == head or (self.last is not None and self.last.before == head.hash)


def recover(directory: Path) -> TrailEnd:
    """Repairs a torn last line and reads the end of the trail. Raises OSError."""
    files = day_files(directory)
    repair = _repair(files[-1][1]) if files else None
    last, invalid_lines = _last_valid([path for _, path in files])
    head = last.head if last else ChainHead(0, GENESIS)
    if invalid_lines:
        head = ChainHead(head.seq + invalid_lines, GENESIS)  # no hash can prove the lines between
    return TrailEnd(head, last, files[-1][0] if files else None, repair, invalid_lines)


def _last_valid(paths: list[Path]) -> tuple[AuditLine | None, int]:
    """The last valid line, and the number of invalid lines after it."""
    invalid_lines = 0
    for path in reversed(paths):
        with path.open("rb") as file:
            for raw in backwards(file):
                try:
                    return parse(raw), invalid_lines
                except InvalidRecord:
                    invalid_lines += 1
    return None, invalid_lines


def _repair(path: Path) -> dict[str, Any] | None:
    """Adds a newline that is all that is missing; moves any other torn line into a file of its own."""
    with path.open("rb+") as file:
        start = torn_line_start(file)
        size = file.seek(0, os.SEEK_END) - start
        if size == 0:
            return None
        complete = size < MAX_LINE_BYTES and _lacks_only_newline(file, start)
        copy = None if complete else _copy_torn_line(file, start, path)
        if copy is None or not _truncate(file, start):
            file.seek(0, os.SEEK_END)
            file.write(b"\n")
            file.flush()
        sync(file.fileno())
    return {"file": path.name, "bytes": size if copy else 0, "kept_in": copy and copy.name}


def _lacks_only_newline(file: BinaryIO, start: int) -> bool:
    file.seek(start)
    try:
        parse(file.read() + b"\n")
    except InvalidRecord:
        return False
    return True


def _copy_torn_line(file: BinaryIO, start: int, path: Path) -> Path:
    """Copies the torn line into a new file `audit-YYYY-MM-DD.N.torn`."""
    names = (path.with_suffix(f".{number}.torn") for number in count(1))
    target = next(name for name in names if not name.exists())
    file.seek(start)
    try:
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
            shutil.copyfileobj(file, copy)
            copy.flush()
            sync(copy.fileno())
    except OSError:
        target.unlink(missing_ok=True)
        raise
    return target


def _truncate(file: BinaryIO, start: int) -> bool:
    """False if the system forbids it (chattr +a): the torn line then stays."""
    try:
        os.ftruncate(file.fileno(), start)
    except PermissionError:
        return False
    return True
