"""RepeatedLines: keeps clients from filling the log with one line each."""

import logging
import math
import time

_INTERVAL_S = 60.0


class RepeatedLines(logging.Filter):
    """Passes a line once a minute, however often clients cause it; the next one counts the others."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """True for a line to log. Tracebacks are errors of the dashboard itself, and are always logged."""
        if record.exc_info:
            return True
        now = time.monotonic()
        logged_at, omitted = self._seen.get(record.msg, (-math.inf, 0))
        if now - logged_at < _INTERVAL_S:
            self._seen[record.msg] = (logged_at, omitted + 1)
            return False
        self._seen[record.msg] = (now, 0)
        if omitted:
            record.msg = f"{record.msg} ({omitted} more since the last such line)"
        return True
