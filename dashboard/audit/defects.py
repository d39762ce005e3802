"""What can be wrong with a trail."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Defect(StrEnum):
    """The kinds of damage, told apart as far as what is left allows."""

    CHANGED = "changed"
    """A hash does not fit what it seals."""
    MISSING = "missing"
    INSERTED = "inserted"
    ORDER = "out of order"
    TORN = "torn"
    """The last line of a file has no end, as after a crash."""
    UNREADABLE = "unreadable"
    DAY_MISSING = "day missing"
    MISPLACED = "misplaced"
    """The line belongs to another day's file."""
    TIME = "time goes back"
    HEAD = "head"
    """The head that was noted elsewhere is not in the trail."""


@dataclass(frozen=True, slots=True)
class FoundDefect:
    """One place where the trail is not as it was written."""

    path: Path
    line: int
    """Counted from 1; 0 is the file itself."""
    flaw: Defect
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.flaw}: {self.what}"


class InvalidRecord(Exception):
    """These bytes are no line of a trail."""

    def __init__(self, flaw: Defect, what: str) -> None:
        super().__init__(what)
        self.flaw = flaw
