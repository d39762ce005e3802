"""Pages of an account's history, as in Bitget's v2 lists: newest first, older ones by id."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from dashboard.demo.market.demo_market import DAY_MS
from dashboard.demo.matching.bitget_error import BitgetError
from dashboard.demo.protocol.rest_query import Query, optional_integer

MAX_PAGE_SIZE = 100


class HistoryEntry(Protocol):
    """An entry of a list; later entries have greater ids."""

    @property
    def id(self) -> str:
        """Its id, a number."""

    @property
    def time_ms(self) -> int:
        """The time of the event."""


E = TypeVar("E", bound=HistoryEntry)


def select_page(
    entries: Iterable[E], query: Query, now_ms: int, *, max_days: int, default_size: int = MAX_PAGE_SIZE
) -> list[E]:
    """The requested entries, newest first, from a range of at most `max_days`."""
    end_ms = optional_integer(query, "endTime") or now_ms
    start_ms = optional_integer(query, "startTime") or max(0, end_ms - max_days * DAY_MS)
    if start_ms > end_ms:
        raise BitgetError("40707", "Start time is greater than end time")
    if end_ms - start_ms > max_days * DAY_MS:
        message = f"startTime and endTime interval cannot be greater than {max_days} days"
        raise BitgetError("00001", message)
    limit, before_id = (
        optional_integer(query, "limit") or default_size,
        optional_integer(query, "idLessThan"),
    )
    found = [
        entry
        for entry in entries
        if start_ms <= entry.time_ms <= end_ms and (before_id is None or int(entry.id) < before_id)
    ]
    return sorted(found, key=lambda entry: int(entry.id), reverse=True)[: min(limit, MAX_PAGE_SIZE)]


def page_response(name: str, page: list[E], payloads: list[dict[str, object]]) -> dict[str, object]:
    """The `data` of a page; its `endId` is the `idLessThan` of a request for the next, older page."""
    return {name: payloads, "endId": page[-1].id if page else None}
