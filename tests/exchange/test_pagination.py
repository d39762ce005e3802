"""Pagination against exchanges that page their history in different ways."""

import pytest

from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.normalize import Raw
from dashboard.exchange.pagination import MAX_HISTORY_MS, FetchPage, Span, fetch_all_rows, fetch_pages

DAY_MS = 24 * 3_600_000
NOW = 400 * DAY_MS


def history(count: int, *, until: int = NOW, apart: int = 60_000) -> list[Raw]:
    return [
        {"id": str(999 + n), "side": "buy", "timestamp": until - (count - n) * apart} for n in range(count)
    ]


class PagedExchange:
    """Returns `size` of the matching `rows` at most: the newest or the oldest."""

    def __init__(self, rows: list[Raw], *, size: int = 100, newest: bool = False) -> None:
        self.rows, self.size, self.newest = rows, size, newest
        self.spans: list[Span] = []

    async def fetch_page(self, span: Span) -> list[Raw]:
        self.spans.append(span)
        found = [row for row in self.rows if span[0] <= row["timestamp"] <= span[1]]
        return found[-self.size :] if self.newest else found[: self.size]


@pytest.mark.parametrize("count", [0, 1, 19, 20, 99, 100, 101, 250, 1_001])
@pytest.mark.parametrize(
    ("exchange", "size", "newest"),
    [("binance", 100, False), ("bybit", 100, True), ("htx", 20, True)],
)
async def test_each_row_is_returned_once(count: int, exchange: str, size: int, newest: bool) -> None:
    paged = PagedExchange(history(count), size=size, newest=newest)
    rows = await fetch_all_rows(exchange, paged.fetch_page, NOW - 6 * DAY_MS, NOW)
    assert sorted(int(row["id"]) for row in rows) == [999 + n for n in range(count)]


@pytest.mark.parametrize("count", [0, 1, 100, 250])
async def test_each_page_names_the_next_one(count: int) -> None:
    rows = history(count, apart=0)

    async def fetch_page(cursor: str | None) -> tuple[list[Raw], str | None]:
        start = int(cursor or 0)
        return rows[start : start + 100], str(start + 100)

    assert await fetch_pages("bitget", fetch_page) == rows


async def test_page_that_names_itself_is_the_last_one() -> None:
    async def fetch_page(_cursor: str | None) -> tuple[list[Raw], str | None]:
        return history(1), "again"

    assert len(await fetch_pages("bitget", fetch_page)) == 2


@pytest.mark.parametrize(("exchange", "days"), [("bitget", 7), ("bybit", 7), ("htx", 2)])
async def test_span_of_a_request_is_limited(exchange: str, days: int) -> None:
    rows = history(60, apart=DAY_MS)
    paged = PagedExchange(rows)
    assert len(await fetch_all_rows(exchange, paged.fetch_page, NOW - 61 * DAY_MS, NOW)) == 60
    assert all(end - start < days * DAY_MS for start, end in paged.spans)


async def test_oldest_request_is_limited() -> None:
    paged = PagedExchange([])
    await fetch_all_rows("bitget", paged.fetch_page, 0, NOW)
    assert min(start for start, _ in paged.spans) == NOW - MAX_HISTORY_MS


async def test_self_trade_is_two_rows() -> None:
    row = history(1)[0]
    paged = PagedExchange([row, {**row, "side": "sell"}])
    assert len(await fetch_all_rows("bybit", paged.fetch_page, NOW - DAY_MS, NOW)) == 2


async def test_endless_history_is_unavailable() -> None:
    seen = 0

    async def fetch_page(span: Span) -> list[Raw]:
        nonlocal seen
        seen += 20
        return [{"id": str(seen + n), "side": "buy", "timestamp": span[0] + n} for n in range(20)]

    endless: FetchPage = fetch_page
    with pytest.raises(ExchangeUnavailable, match="more than 500 pages"):
        await fetch_all_rows("okx", endless, NOW - DAY_MS, NOW)
