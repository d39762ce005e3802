"""Delays between retries: exponential, with jitter and a cap."""

import random
from collections.abc import Iterator
from itertools import count


def backoff_delays(first_s: float = 0.25, cap_s: float = 15.0, jitter: float = 0.25) -> Iterator[float]:
    """Yields the seconds to wait before the 2nd, 3rd, ... attempt, without end.

    `jitter` is the largest relative deviation: clients that lost one server together should not all
    reconnect at the same moment.
    """
    for attempt in count():
        delay = min(cap_s, first_s * 2 ** min(attempt, 30))
        yield delay * random.uniform(1 - jitter, 1 + jitter)  # noqa: S311 - not security-relevant
