"""All rows of a market's history in a span of time, however the exchange cuts them into pages."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.normalize import Raw

PAGE_SIZE = 100
"""Rows asked for at once: the most that Bitget, Bybit and OKX give."""
HISTORY_KEPT_MS = 90 * 24 * 3_600_000
"""Milliseconds that a history goes back: what most exchanges keep. Some refuse to look further."""

_WEEK = 7 * 24 * 3_600_000
"""The longest span of one question: a week on Bitget, Bybit and Binance, and no trouble elsewhere."""
_LONGEST = {"htx": 2 * 24 * 3_600_000}
_SMALLEST_FULL_PAGE = 20
"""No exchange's page is shorter, so that fewer rows are all there are."""
_MOST_PAGES = 500
_AHEAD = 60_000
"""Milliseconds asked for beyond now: the exchange's clock may be a little ahead of what was measured."""

Span = tuple[int, int]
"""From a time until another, both in ms since 1970 and both included."""
FetchPage = Callable[[Span, Mapping[str, Any]], Awaitable[list[Raw]]]
"""Asks for the rows of a span, with more of the exchange's own parameters."""


async def fetch_all_rows(exchange: str, ask: FetchPage, since: int, until: int) -> list[Raw]:
    """Every row from `since` to `until` (ms since 1970), each once.

    Raises ExchangeUnavailable where they do not come to an end: a part would pass for the whole.
    """
    length = _LONGEST.get(exchange, _WEEK)
    rows: dict[str, Raw] = {}
    for start in range(max(since, until - HISTORY_KEPT_MS), until + 1, length):
        end = start + length - 1  # both ends count: a whole length would be refused as too long
        await _collect(exchange, ask, (start, min(end, until + _AHEAD)), rows)
    return list(rows.values())


async def _collect(exchange: str, ask: FetchPage, whole: Span, rows: dict[str, Raw]) -> None:
    """Adds the rows of one span. A page may hold the newest or the oldest of it: both sides are asked for."""
    spans = [whole]
    for _ in range(_MOST_PAGES):
        if not spans:
            return
        span = spans.pop()
        page = await ask(span, {})
        if not _added(page, rows) or len(page) < _SMALLEST_FULL_PAGE:
            continue
        if exchange != "bitget" or not await _went_on_by_id(ask, span, page, rows):
            spans += _sides(span, page)
    raise ExchangeUnavailable(f"{exchange}: its history does not come to an end")


async def _went_on_by_id(ask: FetchPage, span: Span, page: list[Raw], rows: dict[str, Raw]) -> bool:
    """Bitget tells the newest first and goes on before an id, which loses none of one instant.

    False where it does not: a unified account gives the same page again.
    """
    while len(page) >= PAGE_SIZE:
        oldest = min((str(row.get("id")) for row in page), key=lambda id: (len(id), id))
        page = await ask(span, {"idLessThan": oldest})
        if page and not _added(page, rows):
            return False
    return True


def _sides(span: Span, page: list[Raw]) -> list[Span]:
    times = [int(time) for row in page if (time := row.get("timestamp"))]
    return [(span[0], min(times)), (max(times), span[1])] if times else []


def _added(page: list[Raw], rows: dict[str, Raw]) -> bool:
    """Adds a page, and says whether it told anything new."""
    before = len(rows)
    for row in page:
        # A trade with oneself is two rows of one id, and some exchanges have one id for all funding.
        rows[f"{row.get('id')} {row.get('side')} {row.get('timestamp')}"] = row
    return len(rows) > before
