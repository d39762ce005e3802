"""RepeatedLines: keeps clients and exchanges from filling the log with the same line."""

import logging
import math
import time
import traceback
from types import TracebackType

_INTERVAL_S = 60.0

Place = tuple[str, str, int]
"""Type of an exception, and the file and line that raised it."""


class RepeatedLines(logging.Filter):
    """Passes a line once a minute, however often it is caused; the next one counts the others."""

    def __init__(self, *, errors_only: bool = False) -> None:
        """With `errors_only`, lines without a traceback always pass."""
        super().__init__()
        self._errors_only = errors_only
        self._seen: dict[tuple[str, Place | None], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """True for a line to log. Errors of different types or places in the code are different lines."""
        place = _place_of_error(record)
        if place is None and self._errors_only:
            return True
        now = time.monotonic()
        line = record.getMessage() if place else record.msg, place
        logged_at, omitted = self._seen.get(line, (-math.inf, 0))
        if now - logged_at < _INTERVAL_S:
            self._seen[line] = (logged_at, omitted + 1)
            return False
        self._seen[line] = (now, 0)
        if omitted:
            record.msg = f"{record.msg} ({omitted} more since the last such line)"
        return True


def _place_of_error(record: logging.LogRecord) -> Place | None:
    """The type and the place of the record's exception; None without one."""
    match record.exc_info:
        case (type() as kind, _, TracebackType() as trace):
            file, line, *_ = traceback.extract_tb(trace)[-1]
            return kind.__name__, file, line or 0
    return None
