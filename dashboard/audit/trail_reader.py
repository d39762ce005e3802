"""Reading of recorded lines: all of them, or the newest."""

import logging
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from dashboard.audit.defects import InvalidRecord
from dashboard.audit.line_order import in_order
from dashboard.audit.newest_first import NewestFirst
from dashboard.audit.records import AuditLine, parse
from dashboard.audit.trail_files import trail_files

log = logging.getLogger(__name__)


def read_records(directory: Path) -> Iterator[AuditLine]:
    """Yields all records in order; none if there is no trail.

    An invalid line is skipped with a warning. The links between lines are not checked: that is the work
    of `verify`. Raises OSError if a file cannot be read.
    """
    if not directory.is_dir():
        return
    for line in in_order(trail_files(directory)):
        match line.content:
            case AuditLine() as record:
                yield record
            case InvalidRecord() as error:
                log.warning("%s:%d is skipped: %s", line.file.path, line.number, error)
            case OSError() as error:
                raise error


def read_newest(directory: Path, count: int) -> list[AuditLine]:
    """The last `count` records in order, read from the end of the trail."""
    found: deque[AuditLine] = deque()
    for record in islice(_read_backwards(directory), count):
        found.appendleft(record)
    return list(found)


def _read_backwards(directory: Path) -> Iterator[AuditLine]:
    lines = NewestFirst(trail_files(directory))
    for line in lines:
        try:
            yield parse(line.raw)
        except InvalidRecord as error:
            log.warning("a line of the file of %s is skipped: %s", lines.day, error)
