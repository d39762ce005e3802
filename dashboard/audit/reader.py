"""What was recorded, in order or the newest first."""

import logging
from collections import deque
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from dashboard.audit.flaw import Unsound
from dashboard.audit.folder import day_files
from dashboard.audit.line import Record, parse
from dashboard.audit.pieces import backwards, forwards

log = logging.getLogger(__name__)


def entries(directory: Path, since: date | None = None) -> Iterator[Record]:
    """All records in order, from the file of the UTC day `since` on; none where there is no trail.

    A damaged line is left out, with a warning; whether the others are as they were written only
    `verify` can tell. Raises OSError if a file cannot be read.
    """
    if not directory.is_dir():
        return
    for day, path in day_files(directory):
        if since is None or day >= since:
            yield from _of_file(path)


def newest(directory: Path, count: int) -> list[Record]:
    """The last `count` records in order. Reads only the end of the trail."""
    found: deque[Record] = deque()
    for record in islice(_from_the_end(directory), count):
        found.appendleft(record)
    return list(found)


def _of_file(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        for number, raw in enumerate(forwards(file), 1):
            try:
                record = parse(raw)
            except Unsound as error:
                log.warning("%s:%d is left out: %s", path, number, error)
                continue
            yield record


def _from_the_end(directory: Path) -> Iterator[Record]:
    for _, path in reversed(day_files(directory)):
        with path.open("rb") as file:
            for raw in backwards(file):
                try:
                    yield parse(raw)
                except Unsound as error:
                    log.warning("a line of %s is left out: %s", path, error)
