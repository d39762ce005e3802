"""Paging, against exchanges that cut their history in each of the ways there are."""

from collections.abc import Mapping
from typing import Any

import pytest

from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.normalize import Raw
from dashboard.exchange.pagination import HISTORY_KEPT_MS, FetchPage, Span, fetch_all_rows

DAY = 24 * 3_600_000
NOW = 400 * DAY


def history(count: int, *, until: int = NOW, apart: int = 60_000) -> list[Raw]:
    return [
        {"id": str(999 + n), "side": "buy", "timestamp": until - (count - n) * apart} for n in range(count)
    ]


class Exchange:
    """Answers from `rows`, at most `size` of them, its newest or its oldest."""

    def __init__(self, rows: list[Raw], *, size: int = 100, newest: bool = False) -> None:
        self.rows, self.size, self.newest = rows, size, newest
        self.spans: list[Span] = []

    async def ask(self, span: Span, params: Mapping[str, Any]) -> list[Raw]:
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
async def test_every_row_comes_once(count: int, exchange: str, size: int, newest: bool) -> None:
    it = Exchange(history(count), size=size, newest=newest)
    told = await fetch_all_rows(exchange, it.ask, NOW - 6 * DAY, NOW)
    assert sorted(int(row["id"]) for row in told) == [999 + n for n in range(count)]


async def test_bitget_loses_none_of_one_instant() -> None:
    it = Exchange(history(350, apart=0), newest=True)
    assert len(await fetch_all_rows("bitget", it.ask, NOW - DAY, NOW)) == 350


async def test_a_unified_account_that_does_not_go_on_by_id() -> None:
    it = Exchange(history(350), newest=True)

    async def ask(span: Span, _params: Mapping[str, Any]) -> list[Raw]:
        return await it.ask(span, {})

    assert len(await fetch_all_rows("bitget", ask, NOW - DAY, NOW)) == 350


@pytest.mark.parametrize(("exchange", "days"), [("bitget", 7), ("bybit", 7), ("htx", 2)])
async def test_no_question_is_longer_than_allowed(exchange: str, days: int) -> None:
    rows = history(60, apart=DAY)
    it = Exchange(rows)
    assert len(await fetch_all_rows(exchange, it.ask, NOW - 61 * DAY, NOW)) == 60
    assert all(end - start < days * DAY for start, end in it.spans)


async def test_it_does_not_look_back_for_ever() -> None:
    it = Exchange([])
    await fetch_all_rows("bitget", it.ask, 0, NOW)
    assert min(start for start, _ in it.spans) == NOW - HISTORY_KEPT_MS


async def test_a_trade_with_oneself_is_two_rows() -> None:
    row = history(1)[0]
    it = Exchange([row, {**row, "side": "sell"}])
    assert len(await fetch_all_rows("bybit", it.ask, NOW - DAY, NOW)) == 2


async def test_what_does_not_end_is_a_failure() -> None:
    seen = 0

    async def ask(span: Span, _params: Mapping[str, Any]) -> list[Raw]:
        nonlocal seen
        seen += 20
        return [{"id": str(seen + n), "side": "buy", "timestamp": span[0] + n} for n in range(20)]

    endless: FetchPage = ask
    with pytest.raises(ExchangeUnavailable, match="does not come to an end"):
        await fetch_all_rows("okx", endless, NOW - DAY, NOW)
