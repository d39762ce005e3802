"""Lines that clients cause are logged once a minute; tracebacks always."""

import logging
import sys

import pytest

from dashboard.processes import repeated_lines
from dashboard.processes.repeated_lines import RepeatedLines


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


def line(text: str, *, error: bool = False) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": text, "exc_info": sys.exc_info() if error else None})


def test_repeated_line_is_logged_once_a_minute_with_the_count_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, limit = Clock(), RepeatedLines()
    monkeypatch.setattr(repeated_lines, "time", clock)
    assert [limit.filter(line("invalid request")) for _ in range(5)] == [True, *[False] * 4]
    assert limit.filter(line("another line"))
    clock.now_s = 60.0
    again = line("invalid request")
    assert limit.filter(again)
    assert again.getMessage() == "invalid request (4 more since the last such line)"


def test_tracebacks_are_always_logged() -> None:
    limit = RepeatedLines()
    assert all(limit.filter(line("failed", error=True)) for _ in range(3))
