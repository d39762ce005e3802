"""The one clock by which ages are counted."""

import sys
import time


def now_ms() -> int:
    """Milliseconds of a clock that is never set back, the same for all processes of a machine.

    On Linux one that goes on while a laptop sleeps: a price from before is old when it wakes.
    """
    if sys.platform == "linux":
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return time.monotonic_ns() // 1_000_000
