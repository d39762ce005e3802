"""Lines that clients and exchanges cause are logged once a minute."""

import logging
import sys
from collections.abc import Callable

import pytest

from dashboard import repeated_lines
from dashboard.repeated_lines import RepeatedLines


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


def line(text: str) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": text})


def failed(text: str, calculation: Callable[[], object]) -> logging.LogRecord:
    try:
        calculation()
    except Exception:
        return logging.makeLogRecord({"msg": "%s failed", "args": (text,), "exc_info": sys.exc_info()})
    raise AssertionError("it did not fail")


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


def test_same_traceback_is_logged_once_a_minute() -> None:
    limit = RepeatedLines()
    lines = [("okx", lambda: 1 / 0), ("okx", lambda: int("x")), ("bybit", lambda: int("x"))]
    repeated = [limit.filter(failed(*lines[0])) for _ in range(3)]
    assert repeated == [True, False, False]
    assert [limit.filter(failed(*each)) for each in lines] == [False, True, True]


def test_lines_without_a_traceback_can_be_left_alone() -> None:
    limit = RepeatedLines(errors_only=True)
    assert all(limit.filter(line("BTC disagrees")) for _ in range(3))
    assert [limit.filter(failed("okx", lambda: 1 / 0)) for _ in range(2)] == [True, False]
