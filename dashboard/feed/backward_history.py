"""BackwardHistory: events of one market, read backwards span by span."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding

_FIRST_SPAN_MS = 24 * 3_600_000
"""Most of what is requested is from the last day."""
_LONGEST_SPAN_MS = 7 * 24 * 3_600_000 - 1
"""A week with both of its ends, the longest span of one request on most exchanges."""
_SHORTEST_SPAN_MS = 3_600_000

Event = TypeVar("Event", Fill, Funding)
FetchEvents = Callable[[int, int], Awaitable[Sequence[Event]]]
"""Requests the events of a span: start and end in ms since 1970, both inclusive."""


class BackwardHistory(Generic[Event]):
    """Collects the events before a time. A failed span is requested again, and only that.

    Spans double with each success and halve with each failure: one that is too long to be read without a
    failure does not fail for ever.
    """

    def __init__(self, fetch: FetchEvents[Event], until: int) -> None:
        self._fetch: FetchEvents[Event] = fetch
        self.until = until
        """The end of the newest span, in ms since 1970."""
        self._length_ms = _FIRST_SPAN_MS
        self._events: dict[tuple[str, ...], Event] = {}
        self.reached: int | None = None
        """The time back to which all events are read; None before the first span."""

    @property
    def events(self) -> tuple[Event, ...]:
        """All events read so far, oldest first."""
        return tuple(sorted(self._events.values(), key=lambda event: event.sort_key))

    @property
    def count(self) -> int:
        """The number of events read so far."""
        return len(self._events)

    def is_read(self, back_to: int) -> bool:
        """True once all events from `back_to` on are read."""
        return self.reached is not None and self.reached <= back_to

    async def read_span(self, back_to: int) -> None:
        """Reads one more span, no further than `back_to`. Raises DashboardError if that failed."""
        end = self.until if self.reached is None else self.reached
        start = max(back_to, end - self._length_ms)
        try:
            events = await self._fetch(start, end)
        except Exception:
            self._length_ms = max(self._length_ms // 2, _SHORTEST_SPAN_MS)
            raise
        self._events |= {event.identity: event for event in events}
        self.reached = start
        self._length_ms = min(self._length_ms * 2, _LONGEST_SPAN_MS)
