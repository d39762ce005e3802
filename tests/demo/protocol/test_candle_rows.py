from decimal import Decimal
from itertools import pairwise

import pytest

from dashboard.demo.market.demo_market import DAY_MS, HOUR_MS, MINUTE_MS, DemoMarket
from dashboard.demo.market.granularity import parse_granularity
from dashboard.demo.market.instruments import BTCUSDT
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.candle_rows import candle_rows

OPENED_MS = 1_795_216_493_958
NOW_MS = OPENED_MS + 10 * MINUTE_MS


@pytest.fixture
def quote_board() -> QuoteBoard:
    return QuoteBoard(DemoMarket(7, OPENED_MS), lambda: NOW_MS, lambda: NOW_MS)


def rows(quote_board, name, **query):
    granularity = parse_granularity(name)
    assert granularity is not None
    return candle_rows(quote_board, BTCUSDT, granularity, **query)


@pytest.mark.parametrize("name", ["1m", "15m", "1H", "6Hutc", "1Dutc", "1W", "1M"])
def test_a_thousand_candles_are_contiguous_and_close_at_the_last_price(quote_board, name):
    found = rows(quote_board, name, limit=1000)
    granularity = parse_granularity(name)
    assert granularity is not None
    assert len(found) == 1000 or int(found[0][0]) < NOW_MS - 900 * DAY_MS
    for before, after in pairwise(found):
        assert granularity.end(int(before[0])) == int(after[0])
        assert before[4] == after[1]
    for row in found:
        first, high, low, last, volume, turnover = map(Decimal, row[1:])
        assert 0 < low <= min(first, last) <= max(first, last) <= high
        assert low * volume * Decimal("0.99") <= turnover <= high * volume * Decimal("1.01")
    assert Decimal(found[-1][4]) == quote_board.quote(BTCUSDT).last


def test_past_candles_are_the_same_in_a_later_request(quote_board):
    later = QuoteBoard(quote_board.market, lambda: NOW_MS + HOUR_MS, lambda: NOW_MS + HOUR_MS)
    known = {row[0]: row for row in rows(later, "1m", limit=1000)}
    assert all(row == known[row[0]] for row in rows(quote_board, "1m", limit=900)[:-1])


def test_range_limits_candles_and_the_newest_are_returned(quote_board):
    until_ms = NOW_MS // HOUR_MS * HOUR_MS
    hour = {"since_ms": until_ms - HOUR_MS, "until_ms": until_ms}
    found = rows(quote_board, "1m", **hour, limit=10)
    assert [int(row[0]) for row in found] == [until_ms - i * MINUTE_MS for i in range(10, 0, -1)]
    assert len(rows(quote_board, "1m", **hour, limit=1000)) == 60
    assert rows(quote_board, "1m", since_ms=NOW_MS + HOUR_MS) == []


def test_24_hour_range_of_a_ticker_matches_its_candles(quote_board):
    day = rows(quote_board, "1m", since_ms=NOW_MS - NOW_MS % MINUTE_MS - DAY_MS, limit=1000)
    older = rows(quote_board, "1m", since_ms=NOW_MS - DAY_MS, until_ms=int(day[0][0]), limit=1000)
    ticker = quote_board.ticker(BTCUSDT)
    assert Decimal(ticker["high24h"]) == max(Decimal(row[2]) for row in older + day)
    assert Decimal(ticker["low24h"]) == min(Decimal(row[3]) for row in older + day)
    change = Decimal(ticker["lastPr"]) / Decimal(ticker["open24h"]) - 1
    assert abs(change - Decimal(ticker["change24h"])) < Decimal("0.00001")


def test_published_price_is_the_close_of_the_newest_candle(quote_board):
    quote_board.publish(BTCUSDT, {"lastPr": "70000"})
    assert rows(quote_board, "1m")[-1][4] == "70000"
    assert rows(quote_board, "1m")[-1][2] == "70000"
    assert rows(quote_board, "1m")[-2][4] != "70000"
