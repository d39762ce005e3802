"""Parsers of websocket messages and other texts of exchanges."""

import asyncio
import json
from dataclasses import replace
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import ccxt
from hypothesis import strategies as st

from dashboard.errors import (
    AmbiguousSymbol,
    DashboardError,
    ExchangeLacks,
    ExchangeUnavailable,
    UnknownSymbol,
)
from dashboard.exchange import normalize, normalize_account, normalize_ticker
from dashboard.exchange.account_uid import UID_REQUESTS, fetch_account_uid
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.known_reads import is_read, is_reading_message
from dashboard.exchange.retry_after import honor_retry_after
from dashboard.exchange.symbols import resolve
from dashboard.outside_text import MAX_LENGTH, scrub
from tests.domain.builders import instrument
from tests.exchange.builders import market
from tests.exchange.tickers.test_tickers import EXCHANGES
from tests.exchange.tickers.ticker_case import TickerCase
from tests.security.fuzzing.parser import Parser
from tests.security.fuzzing.values import deep, json_values, leaves, mutated, mutations, texts

_MARKETS = {
    each["symbol"]: each for each in (market("BTC/USDT:USDT", "BTCUSDT"), market("BTC/USDT", "BTCUSDT"))
}
_ROW = {
    "symbol": "BTC/USDT:USDT", "side": "long", "contracts": "1", "entryPrice": "64000", "leverage": "10",
    "notional": "64000", "unrealizedPnl": "1", "markPrice": "64001", "marginMode": "cross", "id": "7",
    "timestamp": 1_700_000_000_000, "price": "64000", "amount": "1", "order": "9", "code": "USDT",
    "fee": {"cost": "0.1", "currency": "USDT"}, "fees": [{"cost": "0.1", "currency": "USDT"}],
    "info": {"notional": "64000", "liqPx": "5", "cTime": "1700000000000", "posSide": "long", "profit": "1"},
}  # fmt: skip
_TIER = {"minNotional": "0", "maintenanceMarginRate": "0.004"}


def _read_message(exchange: str, cases: tuple[TickerCase, ...]) -> Any:
    def read(given: tuple[int, Any]) -> Any:
        number, replacements = given
        case = cases[number % len(cases)]
        return asyncio.run(_read(exchange, replace(case, message=mutated(case.message, replacements))))

    return read


async def _read(exchange: str, case: TickerCase) -> Any:
    """Reads a ticker. A frame that ccxt cannot parse ends its socket: the reading times out."""
    with translate_errors(exchange):
        try:
            return await case.read(exchange, timeout_s=0.02)
        except TimeoutError:
            return None


def _row_of(read: Any) -> Any:
    return lambda given: read(mutated(_ROW, given))


def _positions(row: Any) -> Any:
    return normalize_account.is_open(row), normalize_account.position(row, instrument())


def _demanded_wait(given: tuple[int, str]) -> float:
    code, text = given
    exchange = SimpleNamespace(id="x", fetch=None, on_rest_response=lambda *_: None)
    honor_retry_after(exchange)
    exchange.on_rest_response(code, "", "", "GET", {"retry-AFTER": text}, "")
    wait_s = (exchange.fetch.__self__._until) / 1000
    assert wait_s < 10**10
    return wait_s


def _uid(given: tuple[str, Any]) -> Any:
    exchange, response = given
    request = UID_REQUESTS[exchange][0].method

    async def respond(_params: Any) -> Any:
        return response

    exchange_object = SimpleNamespace(id=exchange, walletAddress=None, **{request: respond})
    return asyncio.run(fetch_account_uid(exchange_object))


def _scrubbed(given: str) -> None:
    shown = scrub(given)
    assert shown.isprintable()
    assert len(shown) <= MAX_LENGTH


def _reading_message(message: Any) -> bool:
    return is_reading_message(("bybit", "htx"), message)


_ROW_ERRORS = (DashboardError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""Errors that `translate_errors` and the account client take for an unreadable row."""

PARSERS = (
    *(
        Parser(
            f"ticker messages of {exchange}",
            st.tuples(st.integers(0, 99), mutations),
            _read_message(exchange, import_module(f"tests.exchange.tickers.{exchange}").CASES),
            (DashboardError, *_ROW_ERRORS),
            cost=100,
        )
        for exchange in EXCHANGES
    ),
    Parser(
        "numbers of rows",
        leaves | json_values,
        lambda given: (normalize.number(given), normalize.positive(given)),
    ),
    Parser("rows of positions", mutations, _row_of(_positions), _ROW_ERRORS, cost=4),
    Parser(
        "rows of fills",
        mutations,
        _row_of(lambda row: normalize_account.fill(row, instrument())),
        _ROW_ERRORS,
        cost=4,
    ),
    Parser(
        "rows of funding",
        mutations,
        _row_of(lambda row: normalize_account.payment(row, instrument())),
        _ROW_ERRORS,
        cost=4,
    ),
    Parser(
        "rows of closed positions",
        mutations,
        _row_of(lambda row: normalize_account.closed_at(row)),
        _ROW_ERRORS,
        cost=4,
    ),
    Parser(
        "candles", st.lists(st.lists(leaves, max_size=7), max_size=3), normalize.candles, _ROW_ERRORS, cost=4
    ),
    Parser(
        "margin tiers",
        mutations,
        lambda given: normalize.margin_tiers("bybit", mutated([_TIER, _TIER], given)),
        _ROW_ERRORS,
        cost=4,
    ),
    Parser(
        "trades of a stream",
        mutations,
        lambda given: normalize_ticker.last_trade(mutated([_ROW], given), 0),
        _ROW_ERRORS,
        cost=4,
    ),
    Parser(
        "markets",
        mutations,
        lambda given: normalize.instrument("okx", mutated(_MARKETS["BTC/USDT"], given), 4),
        (ExchangeLacks, *_ROW_ERRORS),
        cost=4,
    ),
    Parser(
        "Retry-After",
        st.tuples(st.sampled_from([418, 429, 503, 200]), texts | st.dates().map(str)),
        _demanded_wait,
    ),
    Parser(
        "symbols",
        texts,
        lambda given: resolve(_MARKETS, given).other_symbols,
        (UnknownSymbol, AmbiguousSymbol),
    ),
    Parser(
        "ids of accounts",
        st.tuples(st.sampled_from(sorted(UID_REQUESTS)), json_values),
        _uid,
        (ExchangeLacks, ExchangeUnavailable),
        cost=4,
    ),
    Parser("error texts", texts | deep | st.text(), _scrubbed),
    Parser(
        "paths of requests",
        st.tuples(st.sampled_from(ccxt.exchanges), texts, texts),
        lambda given: is_read(given[:1], *given[1:]),
    ),
    Parser(
        "messages to exchanges",
        json_values | texts | json_values.map(json.dumps),
        _reading_message,
        (ValueError,),
        cost=4,
    ),
)
