"""What a crash left of a trail, made fit to be continued."""

import os
import shutil
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.audit.day_file import sync
from dashboard.audit.defects import InvalidRecord
from dashboard.audit.line_reader import backwards, torn_from
from dashboard.audit.records import GENESIS, MAX_LINE_BYTES, AuditLine, ChainHead, parse
from dashboard.audit.trail_files import day_files


@dataclass(frozen=True, slots=True)
class TrailEnd:
    """How a trail ends on the disk."""

    head: ChainHead
    """What the next line follows."""
    last: AuditLine | None
    """Its last sound line; None without one."""
    day: date | None
    """The newest file's; None without one."""
    healed: dict[str, Any] | None
    """What was done about a torn line, for a record of its own."""
    unsound: int
    """Lines at its end that are not as they were written. They stay as they are."""

    def continues(self, head: ChainHead) -> bool:
        """Whether it ends with `head`, or with one line more, whose writing was interrupted."""
        return self.head == head or (self.last is not None and self.last.before == head.hash)


def recover(directory: Path) -> TrailEnd:
    """Heals a torn last line and reads back where the trail ends. Raises OSError."""
    files = day_files(directory)
    healed = _heal(files[-1][1]) if files else None
    last, unsound = _last_sound([path for _, path in files])
    head = last.head if last else ChainHead(0, GENESIS)
    if unsound:
        head = ChainHead(head.seq + unsound, GENESIS)  # nothing vouches for what lies between
    return TrailEnd(head, last, files[-1][0] if files else None, healed, unsound)


def _last_sound(paths: list[Path]) -> tuple[AuditLine | None, int]:
    """The last line that is as it was written, and how many others follow it."""
    unsound = 0
    for path in reversed(paths):
        with path.open("rb") as file:
            for raw in backwards(file):
                try:
                    return parse(raw), unsound
                except InvalidRecord:
                    unsound += 1
    return None, unsound


def _heal(path: Path) -> dict[str, Any] | None:
    """Ends a last line that only lacks its newline; any other torn one is cut off and kept beside."""
    with path.open("rb+") as file:
        start = torn_from(file)
        size = file.seek(0, os.SEEK_END) - start
        if size == 0:
            return None
        whole = size < MAX_LINE_BYTES and _lacks_newline(file, start)
        kept = None if whole else _kept_beside(file, start, path)
        if kept is None or not _cut(file, start):
            file.seek(0, os.SEEK_END)
            file.write(b"\n")
            file.flush()
        sync(file.fileno())
    return {"file": path.name, "bytes": size if kept else 0, "kept_in": kept and kept.name}


def _lacks_newline(file: BinaryIO, start: int) -> bool:
    file.seek(start)
    try:
        parse(file.read() + b"\n")
    except InvalidRecord:
        return False
    return True


def _kept_beside(file: BinaryIO, start: int, path: Path) -> Path:
    """Copies what is torn into a file that nobody has yet."""
    kept = next(one for number in count(1) if not (one := path.with_suffix(f".{number}.torn")).exists())
    file.seek(start)
    try:
        with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
            shutil.copyfileobj(file, copy)
            copy.flush()
            sync(copy.fileno())
    except OSError:
        kept.unlink(missing_ok=True)
        raise
    return kept


def _cut(file: BinaryIO, start: int) -> bool:
    """False where the system lets nobody shorten the file (chattr +a): the torn line must stay."""
    try:
        os.ftruncate(file.fileno(), start)
    except PermissionError:
        return False
    return True
