"""The events that an account keeps, so that memory and start are bounded however many there were."""

from bisect import bisect_left
from collections.abc import Iterable

from dashboard.domain.market_history import MarketHistory

EVENTS_KEPT_MS = 8 * 24 * 3_600_000
"""Time for which events are kept to recognise repeated ones; exchanges do not repeat older ones."""
FEW_EVENTS = 10_000
"""Newest events of an account that are kept within that time."""
MANY_EVENTS = 20_000
"""Newest events that are kept as long as no complete reading of the account includes them."""
_LATE_MS = 10 * 3_600_000
"""Before the last complete reading: fees and funding from then on may still arrive."""
_STEP_EVENTS = 256
"""Events between two of the times: pruning so many takes well below a millisecond."""


def pruning_times(histories: Iterable[MarketHistory], complete_until: int | None) -> tuple[int, ...]:
    """Times for `Journal.prune_before` that limit the events, one after another in small steps."""
    times = sorted(event.sort_key[0] for history in histories for event in history.events)
    included = 0 if complete_until is None else bisect_left(times, complete_until - _LATE_MS)
    count = max(min(len(times) - FEW_EVENTS, included), len(times) - MANY_EVENTS)
    return tuple(times[min(end, count)] for end in range(_STEP_EVENTS, count + _STEP_EVENTS, _STEP_EVENTS))
