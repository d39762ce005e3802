"""The one clock by which ages are counted."""

import time


def now_ms() -> int:
    """Milliseconds of the monotonic clock: never set back, the same for all processes of a machine."""
    return time.monotonic_ns() // 1_000_000
