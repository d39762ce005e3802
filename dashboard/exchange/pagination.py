"""Pagination: all rows of a time span, for every way in which exchanges page their history."""

from collections.abc import Awaitable, Callable, Iterator

from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.lineage import find
from dashboard.exchange.normalize import Raw

PAGE_SIZE = 100
"""Rows requested at once: the maximum of Bitget, Bybit and OKX."""
MAX_HISTORY_MS = 90 * 24 * 3_600_000
"""The age of the oldest rows requested: many exchanges delete older ones, some reject the request."""

_MAX_SPAN_MS = 7 * 24 * 3_600_000
"""The longest span of one request: a week on Bitget, Bybit and Binance."""
_MAX_SPANS_MS = {"htx": 2 * 24 * 3_600_000, "hyperliquid": MAX_HISTORY_MS}
_SMALLEST_FULL_PAGE = 20
"""No exchange has smaller pages: fewer rows are the last page."""
_MAX_PAGES = 500
_CLOCK_TOLERANCE_MS = 60_000
"""Requested beyond the current time: the exchange's clock may be ahead of its measured time."""

_ROW_KEY = ("id", "symbol", "side", "timestamp", "order", "price", "amount")

Span = tuple[int, int]
"""Start and end in ms since 1970, both inclusive."""
FetchPage = Callable[[Span], Awaitable[list[Raw]]]
"""Requests the rows of a span."""
FetchCursorPage = Callable[[str | None], Awaitable[tuple[list[Raw], str | None]]]
"""Requests the page of a cursor, None for the first. Returns its rows, and the cursor of the next page."""


async def fetch_all_rows(exchange: str, fetch_page: FetchPage, since: int, until: int) -> list[Raw]:
    """Returns each row from `since` to `until` (ms since 1970) once.

    Raises ExchangeUnavailable after too many pages: a partial history would appear complete.
    """
    length = find(_MAX_SPANS_MS, exchange) or _MAX_SPAN_MS
    rows: dict[str, Raw] = {}
    for span in spans(since, until, length):
        await _fetch_span(exchange, fetch_page, span, rows)
    return list(rows.values())


def spans(since: int, until: int, length: int) -> Iterator[Span]:
    """Yields spans of `length` ms at most, from `since` or the oldest rows requested to `until`."""
    for start in range(max(since, until - MAX_HISTORY_MS), until + 1, length):
        end = start + length - 1  # inclusive: a full length would be rejected as too long
        yield start, min(end, until + _CLOCK_TOLERANCE_MS)


async def fetch_pages(exchange: str, fetch_page: FetchCursorPage) -> list[Raw]:
    """Returns the rows of all pages of a history in which each page names the next one.

    Raises ExchangeUnavailable after too many pages.
    """
    rows: list[Raw] = []
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        page, following = await fetch_page(cursor)
        rows += page
        if not page or not following or following == cursor:
            return rows
        cursor = following
    raise ExchangeUnavailable(
        f"{exchange}: the history has more than {_MAX_PAGES} pages; it is requested again"
    )


async def _fetch_span(exchange: str, fetch_page: FetchPage, whole: Span, rows: dict[str, Raw]) -> None:
    """Adds the rows of one span.

    A full page may hold the newest or the oldest rows, so the spans on both sides of it are requested.
    """
    remaining = [whole]
    for _ in range(_MAX_PAGES):
        if not remaining:
            return
        span = remaining.pop()
        page = await fetch_page(span)
        if _add(page, rows) and len(page) >= _SMALLEST_FULL_PAGE:
            remaining += _remaining_spans(span, page)
    raise ExchangeUnavailable(
        f"{exchange}: the history has more than {_MAX_PAGES} pages; it is requested again"
    )


def _remaining_spans(span: Span, page: list[Raw]) -> list[Span]:
    times = [int(time) for row in page if (time := row.get("timestamp"))]
    return [(span[0], min(times)), (max(times), span[1])] if times else []


def _add(page: list[Raw], rows: dict[str, Raw]) -> bool:
    """Adds a page. True if it contained new rows."""
    before = len(rows)
    for row in page:
        # A self-trade is two rows of one id, some exchanges have one id for all funding payments, and
        # liquidations may have none.
        rows[" ".join(str(row.get(key)) for key in _ROW_KEY)] = row
    return len(rows) > before
