"""The order of the lines of all files: by their numbers, in constant memory.

Each line is in the file of its own day. Where the clock was wrong for a while, the lines of one file can
belong between two lines of another, so the names of the files do not give the order.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from dashboard.audit.defects import InvalidRecord
from dashboard.audit.line_reader import forwards
from dashboard.audit.records import MAX_SEQ, AuditLine, parse
from dashboard.audit.regular_file import open_for_reading
from dashboard.audit.trail_files import TrailFile


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """One line and its place."""

    file: TrailFile
    number: int
    """Counted from 1 where reading began; 0 is the file itself."""
    content: AuditLine | InvalidRecord | OSError
    """Its record, or the reason why there is none."""

    @property
    def seq(self) -> int | None:
        """The number of the record; None without one."""
        return self.content.seq if isinstance(self.content, AuditLine) else None


def in_order(files: Sequence[TrailFile]) -> Iterator[PlacedLine]:
    """Yields all lines, oldest first. An invalid line comes after the line before it in its file.

    A file that cannot be read is a line with the error.
    """
    waiting = [(seq, index, _ForwardCursor(files[index])) for index, seq in enumerate(_first_numbers(files))]
    heapify(waiting)
    while waiting:
        _, index, cursor = heappop(waiting)
        yield from cursor.lines_up_to(waiting[0][0] if waiting else MAX_SEQ)
        if cursor.next is not None and cursor.next.seq is not None:
            heappush(waiting, (cursor.next.seq, index, cursor))


def _first_numbers(files: Sequence[TrailFile]) -> list[int]:
    """The number of each file's first valid line; without one, that of the next file."""
    numbers, following = [], MAX_SEQ
    for file in reversed(files):
        with closing(_lines(file)) as lines:
            following = next((line.seq for line in lines if line.seq is not None), following)
        numbers.append(following)
    return numbers[::-1]


class _ForwardCursor:
    """Reads one file. It is open from its first line to its last one."""

    def __init__(self, file: TrailFile) -> None:
        self._lines = _lines(file)
        self.next: PlacedLine | None = None
        """The next line, if it was read already."""

    def lines_up_to(self, last: int) -> Iterator[PlacedLine]:
        """Yields lines until one has a number above `last`."""
        self.next = self.next or next(self._lines, None)
        while self.next is not None and (self.next.seq is None or self.next.seq <= last):
            yield self.next
            self.next = next(self._lines, None)


def _lines(file: TrailFile) -> Generator[PlacedLine]:
    number = 0
    try:
        with open_for_reading(file.path) as opened:
            opened.seek(file.offset)
            for number, raw in enumerate(forwards(opened), 1):
                yield PlacedLine(file, number, _parsed(raw))
    except OSError as error:
        yield PlacedLine(file, number, error)


def _parsed(raw: bytes) -> AuditLine | InvalidRecord:
    try:
        return parse(raw)
    except InvalidRecord as error:
        return error
