"""Pages of an account's history, as Bitget's v2 lists are asked for: the newest first, older ones by id."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from dashboard.demo.market.demo_market import DAY_MS
from dashboard.demo.protocol.envelopes import BitgetError
from dashboard.demo.protocol.rest_query import Query, whole

LARGEST = 100
Row = dict[str, object]


class HistoryEntry(Protocol):
    """What a page is made of; of two entries the later one has the greater id."""

    @property
    def id(self) -> str:
        """Its id, a number."""

    @property
    def time_ms(self) -> int:
        """When it came about."""


E = TypeVar("E", bound=HistoryEntry)


def page(entries: Iterable[E], query: Query, now_ms: int, *, days: int, size: int = LARGEST) -> list[E]:
    """The entries that are asked for, of at most so many `days`; `size` of them without a `limit`."""
    end_ms = whole(query, "endTime") or now_ms
    start_ms = whole(query, "startTime") or max(0, end_ms - days * DAY_MS)
    if start_ms > end_ms:
        raise BitgetError("40707", "Start time is greater than end time")
    if end_ms - start_ms > days * DAY_MS:
        message = f"startTime and endTime interval cannot be greater than {days} days"
        raise BitgetError("00001", message)
    limit, before = whole(query, "limit") or size, whole(query, "idLessThan")
    found = [
        entry
        for entry in entries
        if start_ms <= entry.time_ms <= end_ms and (before is None or int(entry.id) < before)
    ]
    return sorted(found, key=lambda entry: int(entry.id), reverse=True)[: min(limit, LARGEST)]


def listing(name: str, found: list[E], rows: list[Row] | list[dict[str, str]]) -> dict[str, object]:
    """A page as it is answered: `endId` is what the next, older page is asked for with."""
    return {name: rows, "endId": found[-1].id if found else None}
