"""Pagination against exchanges that page their history in different ways."""

from collections.abc import Mapping
from typing import Any

import pytest

from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.normalize import Raw
from dashboard.exchange.pagination import MAX_HISTORY_MS, FetchPage, Span, fetch_all_rows

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

    async def fetch_page(self, span: Span, params: Mapping[str, Any]) -> list[Raw]:
        self.spans.append(span)
        before = int(params.get("idLessThan", 10**9))
        found = [
            row for row in self.rows if span[0] <= row["timestamp"] <= span[1] and int(row["id"]) < before
        ]
        return found[-self.size :] if self.newest else found[: self.size]


@pytest.mark.parametrize("count", [0, 1, 19, 20, 99, 100, 101, 250, 1_001])
@pytest.mark.parametrize(
    ("exchange", "size", "newest"),
    [("binance", 100, False), ("bybit", 100, True), ("htx", 20, True), ("bitget", 100, True)],
)
async def test_each_row_is_returned_once(count: int, exchange: str, size: int, newest: bool) -> None:
    paged = PagedExchange(history(count), size=size, newest=newest)
    rows = await fetch_all_rows(exchange, paged.fetch_page, NOW - 6 * DAY_MS, NOW)
    assert sorted(int(row["id"]) for row in rows) == [999 + n for n in range(count)]


async def test_bitget_rows_of_the_same_millisecond_are_complete() -> None:
    paged = PagedExchange(history(350, apart=0), newest=True)
    assert len(await fetch_all_rows("bitget", paged.fetch_page, NOW - DAY_MS, NOW)) == 350


async def test_bitget_unified_account_is_paged_by_time() -> None:
    paged = PagedExchange(history(350), newest=True)

    async def fetch_page(span: Span, _params: Mapping[str, Any]) -> list[Raw]:
        return await paged.fetch_page(span, {})

    assert len(await fetch_all_rows("bitget", fetch_page, NOW - DAY_MS, NOW)) == 350


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

    async def fetch_page(span: Span, _params: Mapping[str, Any]) -> list[Raw]:
        nonlocal seen
        seen += 20
        return [{"id": str(seen + n), "side": "buy", "timestamp": span[0] + n} for n in range(20)]

    endless: FetchPage = fetch_page
    with pytest.raises(ExchangeUnavailable, match="more than 500 pages"):
        await fetch_all_rows("okx", endless, NOW - DAY_MS, NOW)
