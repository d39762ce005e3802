"""Reading of recorded lines: all of them, or the newest."""

import logging
from collections import deque
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from dashboard.audit.defects import InvalidRecord
from dashboard.audit.line_reader import backwards, forwards
from dashboard.audit.records import AuditLine, parse
from dashboard.audit.trail_files import day_files

log = logging.getLogger(__name__)


def read_records(directory: Path, since: date | None = None) -> Iterator[AuditLine]:
    """Yields all records in order, from the file of the UTC day `since`; none if there is no trail.

    An invalid line is skipped with a warning. The links between lines are not checked: that is the work
    of `verify`. Raises OSError if a file cannot be read.
    """
    if not directory.is_dir():
        return
    for day, path in day_files(directory):
        if since is None or day >= since:
            yield from _read_file(path)


def read_newest(directory: Path, count: int) -> list[AuditLine]:
    """The last `count` records in order, read from the end of the trail."""
    found: deque[AuditLine] = deque()
    for record in islice(_read_backwards(directory), count):
        found.appendleft(record)
    return list(found)


def _read_file(path: Path) -> Iterator[AuditLine]:
    with path.open("rb") as file:
        for number, raw in enumerate(forwards(file), 1):
            try:
                record = parse(raw)
            except InvalidRecord as error:
                log.warning("%s:%d is skipped: %s", path, number, error)
                continue
            yield record


def _read_backwards(directory: Path) -> Iterator[AuditLine]:
    for _, path in reversed(day_files(directory)):
        with path.open("rb") as file:
            for raw in backwards(file):
                try:
                    yield parse(raw)
                except InvalidRecord as error:
                    log.warning("a line of %s is skipped: %s", path, error)
