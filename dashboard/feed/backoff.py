"""How long to wait before the next try: doubling, with jitter, up to a cap."""

import random
from collections.abc import Iterator
from itertools import count


def backoff_delays(first: float = 0.25, cap: float = 15.0, jitter: float = 0.25) -> Iterator[float]:
    """Seconds to wait before the 2nd, 3rd, ... try, for ever.

    `jitter` is the largest relative deviation: many clients that lost one server together should
    not come back together.
    """
    for attempt in count():
        delay = min(cap, first * 2 ** min(attempt, 30))
        yield delay * random.uniform(1 - jitter, 1 + jitter)  # noqa: S311 - no secret depends on it
