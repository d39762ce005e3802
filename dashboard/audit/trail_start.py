"""Places from which a trail can be read: its newest checkpoint, or its beginning."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.audit.chain import Chain
from dashboard.audit.defects import InvalidRecord
from dashboard.audit.line_order import PlacedLine, in_order
from dashboard.audit.newest_first import NewestFirst
from dashboard.audit.records import NO_LINES, AuditLine, parse
from dashboard.audit.system_records import CHECKPOINT
from dashboard.audit.trail_files import TrailFile, trail_files

log = logging.getLogger(__name__)

_KIND = f'"kind":"{CHECKPOINT}"'.encode()
_KIND_WITHIN_BYTES = 100
"""The kind is within so many bytes of the start of a line."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A complete checkpoint. The hashes of its lines match; its content is not checked."""

    begin: AuditLine
    parts: tuple[bytes, ...]
    """The lines with the content, as they are on the disk."""
    end: AuditLine

    def contents(self) -> Iterator[Sequence[Any]]:
        """Yields the content of each part."""
        return (parse(raw).entry["content"] for raw in self.parts)


@dataclass(frozen=True, slots=True)
class TrailStart:
    """A place of a trail, and the files with the lines after it."""

    files: Sequence[TrailFile]
    checkpoint: Checkpoint | None = None
    """The checkpoint at that place; None at the beginning of the trail."""

    def records(self) -> Iterator[AuditLine]:
        """Yields the records after it in order. Logs and skips invalid lines. Raises OSError.

        A line that does not follow the one before it is logged, too, but is valid by itself and not skipped.
        """
        head = self.checkpoint.begin.head if self.checkpoint else NO_LINES
        chain = Chain([file.day for file in self.files], head)
        for line in in_order(self.files):
            if line.seq is None or line.seq > head.seq:
                yield from _checked(line, chain)


def _checked(line: PlacedLine, chain: Chain) -> Iterator[AuditLine]:
    """Yields the record of a line, if it has one, and logs if it is not in its place."""
    file = line.file
    match line.content:
        case OSError() as error:
            raise error
        case InvalidRecord() as error:
            chain.skip_invalid_line(file.day)
            log.warning("a line of %s is skipped: %s", file.path, error)
        case AuditLine() as record:
            try:
                chain.check(record, file.day)
            except InvalidRecord as error:
                log.warning("line %d in %s is out of place: %s", record.seq, file.path, error)
            yield record


def trail_starts(directory: Path) -> Iterator[TrailStart]:
    """Yields the newest checkpoint, then older ones, and at last the beginning. Raises OSError.

    The search reads backwards and ends as soon as no older place is requested.
    """
    files = trail_files(directory) if directory.is_dir() else []
    lines = NewestFirst(files)
    for checkpoint in _checkpoints(lines):
        yield TrailStart(lines.opened, checkpoint)
    yield TrailStart(files)


def _checkpoints(lines: NewestFirst) -> Iterator[Checkpoint]:
    end: AuditLine | None = None
    parts: list[bytes] = []
    for line in lines:
        record = _checkpoint_line(line.raw)
        if record is None:
            continue
        match record.entry:
            case {"stage": "end", "begun": int(), "parts": int()}:
                end, parts = record, []
            case {"stage": "part"} if end is not None and _is_part(record, end, len(parts)):
                parts.append(line.raw)
            case {"stage": "begin"} if end is not None and _is_begin(record, end, len(parts)):
                yield Checkpoint(record, tuple(reversed(parts)), end)
                end = None
            case _:
                end = None


def _is_part(record: AuditLine, end: AuditLine, collected: int) -> bool:
    """True if it is the part before those that are `collected`."""
    number, begun = end.entry["parts"] - collected, end.entry["begun"]
    entry = record.entry
    return bool((entry.get("number"), entry.get("begun")) == (number, begun)) and "content" in entry


def _is_begin(record: AuditLine, end: AuditLine, collected: int) -> bool:
    return bool(record.seq == end.entry["begun"] and collected == end.entry["parts"])


def _checkpoint_line(raw: bytes) -> AuditLine | None:
    """The record of a line that belongs to a checkpoint; None for others and for an invalid one."""
    if _KIND not in raw[:_KIND_WITHIN_BYTES]:
        return None
    try:
        return parse(raw)
    except InvalidRecord as error:
        log.warning("a line of a checkpoint is skipped: %s", error)
        return None
