"""The clocks: ages, the time in milliseconds and the date."""

import time
from datetime import UTC, timedelta

from dashboard.clock import now_ms, utc_now, wall_ms


def test_ages_are_counted_in_milliseconds() -> None:
    before = now_ms()
    time.sleep(0.02)
    assert 20 <= now_ms() - before < 10_000


def test_wall_clock_counts_milliseconds_since_1970() -> None:
    assert abs(wall_ms() - time.time() * 1000) < 10_000


def test_utc_now_is_the_wall_clock_as_a_date() -> None:
    assert utc_now().tzinfo is UTC
    assert abs(utc_now().timestamp() * 1000 - wall_ms()) < timedelta(seconds=10).total_seconds() * 1000
