"""Defects that verification can find in a trail."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Defect(StrEnum):
    """The kinds of damage, as far as the remaining lines allow to distinguish them."""

    CHANGED = "changed"
    """A hash does not match the content that it covers."""
    MISSING = "missing"
    INSERTED = "inserted"
    ORDER = "out of order"
    TORN = "torn"
    """The last line of a file has no newline, as after a crash."""
    UNREADABLE = "unreadable"
    DAY_MISSING = "day missing"
    MISPLACED = "misplaced"
    """The line belongs to the file of another day."""
    TIME = "time goes back"
    CONTENT = "content"
    """The line is as it was written, but contradicts those before it."""
    HEAD = "head"
    """The known head, or the line of a checkpoint that was kept elsewhere, is not in the trail."""
    SIGNATURE = "signature"
    """A signature does not match the lines before it."""
    UNSIGNED = "not signed"
    """Lines were not signed, or later than the writer signs them."""
    KEY = "key"
    """A key signed that is not the expected one, or for which the key before it made no certificate."""


@dataclass(frozen=True, slots=True)
class FoundDefect:
    """One place where the trail is not as it was written."""

    path: Path
    line: int
    """Counted from 1; 0 is the file itself."""
    defect: Defect
    detail: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.defect}: {self.detail}"


class InvalidRecord(Exception):
    """A line is not a valid line of the trail, or not at its place."""

    def __init__(self, defect: Defect, detail: str) -> None:
        super().__init__(detail)
        self.defect = defect
