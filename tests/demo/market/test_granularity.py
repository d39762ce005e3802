from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from dashboard.demo.market.demo_market import DAY_MS, HOUR_MS, MINUTE_MS, DemoMarket
from dashboard.demo.market.granularity import parse_granularity
from dashboard.demo.market.instruments import BTCUSDT
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.candle_rows import candle_rows

OPENED = 1_795_216_493_958
NOW = OPENED + 10 * MINUTE_MS


@pytest.fixture
def board() -> QuoteBoard:
    return QuoteBoard(DemoMarket(7, OPENED), lambda: NOW, lambda: NOW)


def rows(board, name, **query):
    granularity = parse_granularity(name)
    assert granularity is not None
    return candle_rows(board, BTCUSDT, granularity, **query)


def when(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("1m", "2026-11-20T23:14", "2026-11-20T23:15"),
        ("15min", "2026-11-20T23:00", "2026-11-20T23:15"),
        ("1h", "2026-11-20T23:00", "2026-11-21T00:00"),
        ("4H", "2026-11-20T20:00", "2026-11-21T00:00"),
        ("6Hutc", "2026-11-20T18:00", "2026-11-21T00:00"),
        ("12H", "2026-11-20T16:00", "2026-11-21T04:00"),
        ("1Dutc", "2026-11-20T00:00", "2026-11-21T00:00"),
        ("1D", "2026-11-20T16:00", "2026-11-21T16:00"),
        ("1Wutc", "2026-11-16T00:00", "2026-11-23T00:00"),
        ("1Mutc", "2026-11-01T00:00", "2026-12-01T00:00"),
        ("1M", "2026-10-31T16:00", "2026-11-30T16:00"),
    ],
)
def test_candles_begin_where_bitget_begins_them(name, start, end):
    granularity = parse_granularity(name)
    assert granularity is not None
    assert granularity.start(OPENED) == when(start)
    assert granularity.end(when(start)) == when(end)
    assert granularity.start(when(end) - 1) == when(start)
    assert granularity.start(when(end)) == when(end)


@pytest.mark.parametrize("name", ["", "7m", "1", "m", "2h", "1y", "1mutc", "10M", "candle1m"])
def test_other_granularities_do_not_exist(name):
    assert parse_granularity(name) is None


@pytest.mark.parametrize("name", ["1m", "15m", "1H", "6Hutc", "1Dutc", "1W", "1M"])
def test_a_thousand_candles_join_end_to_end_and_end_at_the_last_price(board, name):
    found = rows(board, name, limit=1000)
    granularity = parse_granularity(name)
    assert granularity is not None
    assert len(found) == 1000 or int(found[0][0]) < NOW - 900 * DAY_MS
    for before, after in pairwise(found):
        assert granularity.end(int(before[0])) == int(after[0])
        assert before[4] == after[1]
    for row in found:
        first, high, low, last, volume, turnover = map(Decimal, row[1:])
        assert 0 < low <= min(first, last) <= max(first, last) <= high
        assert low * volume * Decimal("0.99") <= turnover <= high * volume * Decimal("1.01")
    assert Decimal(found[-1][4]) == board.quote(BTCUSDT).last


def test_two_requests_agree_about_the_past(board):
    later = QuoteBoard(board.market, lambda: NOW + HOUR_MS, lambda: NOW + HOUR_MS)
    known = {row[0]: row for row in rows(later, "1m", limit=1000)}
    assert all(row == known[row[0]] for row in rows(board, "1m", limit=900)[:-1])


def test_a_range_is_kept_to_and_the_newest_of_it_come(board):
    until = NOW // HOUR_MS * HOUR_MS
    found = rows(board, "1m", since_ms=until - HOUR_MS, until_ms=until, limit=10)
    assert [int(row[0]) for row in found] == [until - i * MINUTE_MS for i in range(10, 0, -1)]
    assert len(rows(board, "1m", since_ms=until - HOUR_MS, until_ms=until, limit=1000)) == 60
    assert rows(board, "1m", since_ms=NOW + HOUR_MS) == []


def test_the_day_of_a_ticker_is_that_of_its_candles(board):
    day = rows(board, "1m", since_ms=NOW - NOW % MINUTE_MS - DAY_MS, limit=1000)
    day = rows(board, "1m", since_ms=NOW - DAY_MS, until_ms=int(day[0][0]), limit=1000) + day
    ticker = board.ticker(BTCUSDT)
    assert Decimal(ticker["high24h"]) == max(Decimal(row[2]) for row in day)
    assert Decimal(ticker["low24h"]) == min(Decimal(row[3]) for row in day)
    change = Decimal(ticker["lastPr"]) / Decimal(ticker["open24h"]) - 1
    assert abs(change - Decimal(ticker["change24h"])) < Decimal("0.00001")


def test_a_published_price_is_the_newest_candles_close(board):
    board.publish(BTCUSDT, {"lastPr": "70000"})
    assert rows(board, "1m")[-1][4] == "70000"
    assert rows(board, "1m")[-1][2] == "70000"
    assert rows(board, "1m")[-2][4] != "70000"
