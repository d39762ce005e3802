"""One generous deadline for every event that tests wait for: a slow machine is not an error."""

import time
from collections.abc import Callable
from typing import Any

TIMEOUT_S = 60.0
"""Seconds until an expected event counts as missing."""


def until(condition: Callable[[], Any], timeout_s: float = TIMEOUT_S) -> float:
    """Polls the condition until it holds; returns the seconds that this took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < timeout_s, f"not true within {timeout_s:.0f} s"
        time.sleep(0.005)
    return time.monotonic() - began
