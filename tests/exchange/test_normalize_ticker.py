"""Tickers: absent figures are unknown, and a last price counts only if the exchange states it."""

from decimal import Decimal
from typing import Any

import pytest

from dashboard.domain.market import Quote, Ticker
from dashboard.exchange import normalize_ticker
from dashboard.exchange.ticker_formats import format_of
from tests.exchange.builders import exchange_with, market

BTC = market("BTC/USDT:USDT", "BTCUSDT")
MOST_LIMIT_MS = 30_000
"""No price of any exchange is shown as live at a greater age."""


@pytest.fixture(scope="module")
def unlisted() -> Any:
    """An exchange whose names of figures are not known."""
    return exchange_with("kraken", BTC)


def known_prices(ticker: Ticker) -> dict[str, str]:
    """Returns the known prices of a ticker as texts."""
    names = ("last", "bid", "ask", "mark", "change_24h")
    known = {name: getattr(ticker, name) for name in names}
    return {name: str(quote.value) for name, quote in known.items() if quote is not None}


def test_prices_are_timestamped_by_receipt(unlisted: Any) -> None:
    """Exchanges may report no timestamp, or an old one."""
    raw = {"last": "1", "bid": "2", "ask": "3", "markPrice": "4", "percentage": "0", "timestamp": 9}
    ticker = normalize_ticker.ticker(unlisted, raw | {"info": {"close": 1}}, 5)
    assert ticker == Ticker(*(Quote(Decimal(number), 5) for number in (1, 2, 3, 4, 0)))


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"last": None, "bid": "", "ask": "0", "info": None}, {}, id="absent, empty and zero"),
        pytest.param({"last": "-1", "bid": "nan"}, {}, id="no valid price"),
        pytest.param(
            {"last": "9", "percentage": "-2.5", "info": {"last": 9}},
            {"last": "9", "change_24h": "-2.5"},
            id="change",
        ),
        pytest.param({"markPrice": "9", "info": {"markPrice": "8"}}, {"mark": "9"}, id="unified mark first"),
        pytest.param({"info": {"markPrice": "8"}}, {"mark": "8"}, id="mark in the message"),
        pytest.param({"info": {"mark_price": "8"}}, {"mark": "8"}, id="mark under another name"),
        pytest.param(
            {"markPrice": "0", "info": {"markPrice": "0", "markPx": "8"}}, {"mark": "8"}, id="zero is absent"
        ),
        pytest.param({"info": "8"}, {}, id="message is a text"),
    ],
)
def test_each_field_of_a_ticker_is_optional(
    unlisted: Any, raw: dict[str, Any], known: dict[str, str]
) -> None:
    assert known_prices(normalize_ticker.ticker(unlisted, raw, 0)) == known


@pytest.mark.parametrize(
    ("info", "is_stated"),
    [
        pytest.param({"last": "64000.50"}, True, id="as a text"),
        pytest.param({"ltp": 64000.5}, True, id="as a number under any name"),
        pytest.param({"c": ["64000.5", "0.01"]}, True, id="in a list"),
        pytest.param({"ticker": {"p": "6.40005e4"}}, True, id="deeper, with an exponent"),
        pytest.param([1, 64000.5], True, id="the message is a list"),
        pytest.param({"midPx": "64000.5"}, False, id="it is the mid price"),
        pytest.param({"mark": "64000.5", "indexPrice": "64000.5"}, False, id="it is mark and index"),
        pytest.param({"bid": "64000.5", "lowest_ask": "64000.5"}, False, id="it is bid and ask"),
        pytest.param({"open": "64000", "change": "0.5"}, False, id="computed from open and change"),
        pytest.param({}, False, id="nowhere"),
    ],
)
def test_last_price_of_any_exchange_stands_in_its_message(unlisted: Any, info: Any, is_stated: bool) -> None:
    raw = {"last": "64000.5", "percentage": "1", "info": info}
    ticker = normalize_ticker.ticker(unlisted, raw, 0)
    assert known_prices(ticker) == ({"last": "64000.5", "change_24h": "1"} if is_stated else {})


@pytest.mark.parametrize(
    ("exchange", "info"),
    [
        ("bingx", {"openPrice": "100", "priceChange": "5"}),
        ("bitget", {"open24h": "100", "change24h": "0.05"}),
        ("bybit", {"prevPrice24h": "100", "price24hPcnt": "0.05", "lastPrice": ""}),
        ("krakenfutures", {"open24h": "100", "change": "5"}),
        ("mexc", {"riseFallValue": "5", "fairPrice": "105"}),
    ],
)
def test_close_computed_by_ccxt_is_no_last_price(exchange: str, info: dict[str, Any]) -> None:
    """A market without a trade has an open and a change of zero, or none."""
    built = exchange_with(exchange, BTC)
    raw = built.safe_ticker({"symbol": BTC["symbol"], "open": "100", "change": "5", "info": info}, BTC)
    assert raw["last"] == "105"
    assert normalize_ticker.ticker(built, raw, 0).last is None


@pytest.mark.parametrize(
    ("exchange", "limit_ms"), [("okx", 15_000), ("lighter", 30_000), ("bitget", 0), ("kraken", 0)]
)
def test_mark_has_the_limit_of_its_exchange(exchange: str, limit_ms: int) -> None:
    """OKX repeats an unchanged mark every 10 s; https://www.okx.com/docs-v5/en, mark price channel."""
    assert format_of(exchange).mark_limit_ms == limit_ms <= MOST_LIMIT_MS
    built = exchange_with(exchange, BTC)
    ticker = normalize_ticker.ticker(built, {"symbol": BTC["symbol"], "markPrice": "1"}, 7)
    assert ticker.mark == Quote(Decimal(1), 7, limit_ms)


@pytest.mark.parametrize(
    ("trades", "known"),
    [
        ([{"price": "1"}, {"price": "2.50"}], {"last": "2.50"}),
        ([{"price": None}], {}),
        ([{}], {}),
        ([], {}),
    ],
    ids=["the newest", "no price", "empty trade", "no trade"],
)
def test_newest_trade_is_the_last_price(trades: list[dict[str, Any]], known: dict[str, str]) -> None:
    assert known_prices(normalize_ticker.last_trade(trades, 0)) == known
