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
from dashboard.audit.line_reader import torn_line_start
from dashboard.audit.newest_first import NewestFirst
from dashboard.audit.records import GENESIS, MAX_LINE_BYTES, NO_LINES, AuditLine, ChainHead, parse
from dashboard.audit.regular_file import open_regular
from dashboard.audit.trail_files import TrailFile, trail_files


@dataclass(frozen=True, slots=True)
class TrailEnd:
    """The end of a trail on the disk."""

    head: ChainHead
    """The head that the next line follows."""
    last: AuditLine | None
    """The last valid line, or None."""
    day: date | None
    """The day of the file with the end, or None."""
    repairs: tuple[dict[str, Any], ...]
    """The entries of HEALED records for torn lines that were repaired."""
    invalid_lines: int
    """Invalid lines at the end. They are left unchanged."""

    def continues(self, head: ChainHead) -> bool:
        """True if the trail ends with `head`, or with one more line whose writing was interrupted."""
        return self.head == head or (self.last is not None and self.last.before == head.hash)


def recover(directory: Path) -> TrailEnd:
    """Repairs torn last lines and reads the end of the trail. Raises OSError."""
    files = trail_files(directory)
    repairs = [repair_last_line(file.path) for file in _read_end(files)[2].opened]
    last, invalid_lines, lines = _read_end(files)
    head = last.head if last else NO_LINES
    if invalid_lines:
        head = ChainHead(head.seq + invalid_lines, GENESIS)  # no hash can prove the lines between
    day = lines.day if last else files[-1].day if files else None
    return TrailEnd(head, last, day, tuple(filter(None, repairs)), invalid_lines)


def _read_end(files: list[TrailFile]) -> tuple[AuditLine | None, int, NewestFirst]:
    """The last valid line, the number of invalid lines after it, and the lines before it."""
    invalid_lines, lines = 0, NewestFirst(files)
    for line in lines:
        try:
            return parse(line.raw), invalid_lines, lines
        except InvalidRecord:
            invalid_lines += 1
    return None, invalid_lines, lines


def repair_last_line(path: Path) -> dict[str, Any] | None:
    """Moves a torn line into a file of its own, or adds the newline that is all it lacks.

    Returns the entry of a HEALED record, or None if the line is not torn. Raises OSError.
    """
    with open(open_regular(path, os.O_RDWR), "rb+") as file:
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
