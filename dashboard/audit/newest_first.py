"""The lines of a trail from its end backwards. Opens only the files that are needed."""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.audit.line_reader import backwards
from dashboard.audit.records import MAX_SEQ
from dashboard.audit.regular_file import open_for_reading
from dashboard.audit.trail_files import TrailFile

_START = re.compile(rb'\{"seq":(\d{1,18}),"time":"(\d{4}-\d\d-\d\d)T')
_UNNUMBERED = MAX_SEQ
"""Above every number, so that a line without one is yielded where it is found."""


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as it is on the disk. Its number and day are not proven by its hash."""

    raw: bytes
    seq: int = _UNNUMBERED
    day: date | None = None

    @classmethod
    def of(cls, raw: bytes) -> "RawLine":
        """Reads number and day at the start of a line."""
        start = _START.match(raw)
        try:
            return cls(raw, int(start[1]), date.fromisoformat(start[2].decode())) if start else cls(raw)
        except ValueError:
            return cls(raw)


class NewestFirst:
    """Yields the lines of a trail by their numbers, the highest first. Raises OSError.

    The file of the newest day ends with the newest line, unless that line is of an earlier day: then the
    clock was set back, and the trail continues in the file of an earlier day. A gap in the numbers shows
    that lines of another file belong there. In both cases older files are opened until the line is found.
    """

    def __init__(self, files: Sequence[TrailFile]) -> None:
        self._unopened = list(files)
        self._opened: list[_BackwardCursor] = []
        self._unread: list[_BackwardCursor] = []
        """Opened files with further lines."""
        self.day: date | None = None
        """The day of the file with the line that was yielded last."""

    @property
    def opened(self) -> list[TrailFile]:
        """The opened files, oldest first, from the line on that was yielded last."""
        return sorted(TrailFile(each.file.day, each.file.path, each.offset) for each in self._opened)

    def __iter__(self) -> Iterator[RawLine]:
        expected, current = None, None
        while (cursor := self._next_cursor(expected)) is not None:
            if current is not None and current is not cursor:
                current.suspend()
            current, self.day = cursor, cursor.file.day
            yield cursor.line
            if cursor.line.seq != _UNNUMBERED:
                expected = cursor.line.seq - 1
            if not cursor.advance():
                self._unread.remove(cursor)

    def _next_cursor(self, expected: int | None) -> "_BackwardCursor | None":
        """The file with the next line. `expected` is its number; None before the newest line."""
        while True:
            cursor = max(self._unread, key=lambda each: each.line.seq, default=None)
            if not self._unopened or (cursor is not None and cursor.has(expected)):
                return cursor
            self._open(self._unopened.pop())

    def _open(self, file: TrailFile) -> None:
        cursor = _BackwardCursor(file)
        self._opened.append(cursor)
        if cursor.advance():
            self._unread.append(cursor)
            cursor.suspend()


class _BackwardCursor:
    """Reads one file backwards."""

    line: RawLine
    """The next line to yield."""

    def __init__(self, file: TrailFile) -> None:
        self.file = file
        self.offset = file.path.stat().st_size
        """The start of `line`."""
        self._lines = self._read()

    def advance(self) -> bool:
        """Reads the line before `line`. False if there is none."""
        line = next(self._lines, None)
        if line is not None:
            self.line = line
        return line is not None

    def suspend(self) -> None:
        """Closes the file until the next line is read."""
        self._lines.close()
        self._lines = self._read()

    def has(self, expected: int | None) -> bool:
        """True if no file of an older day can have the line that comes next."""
        if self.line.seq == _UNNUMBERED:
            return True
        return self.line.day == self.file.day if expected is None else self.line.seq == expected

    def _read(self) -> Generator[RawLine]:
        with open_for_reading(self.file.path) as opened:
            for raw in backwards(opened, self.offset):
                self.offset -= len(raw)
                yield RawLine.of(raw)
