"""The clocks: `now_ms` measures ages, `wall_ms` and `utc_now` give the date and time."""

import sys
import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Milliseconds of a clock that is never set back, the same for all processes of a machine.

    On Linux it keeps running while a laptop sleeps, so a price from before the sleep is old afterwards.
    """
    if sys.platform == "linux":
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return time.monotonic_ns() // 1_000_000


def wall_ms() -> int:
    """Milliseconds since 1970 UTC by the system's clock, which may be set back."""
    return time.time_ns() // 1_000_000


def utc_now() -> datetime:
    """The system's date and time in UTC, to the microsecond."""
    return datetime.now(UTC)
