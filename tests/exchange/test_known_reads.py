"""The table of reads, compared with every request that ccxt declares and with its websocket messages."""

from functools import cache
from typing import Any

import ccxt
import ccxt.async_support
import pytest
from ccxt.base.types import Entry

from dashboard.exchange.known_reads import READS, is_read, is_reading_message

WRITING_WORDS = (
    "amend", "apply", "approve", "batch", "buy", "cancel", "confirm", "create", "edit", "exchange",
    "leverage", "modify", "order_", "place", "replace", "sell", "send", "sendtx", "set", "submit",
    "transfer", "withdraw",
)  # fmt: skip


@cache
def declared(exchange: str) -> tuple[tuple[str, str], ...]:
    """Method and path of each request that ccxt can send to an exchange."""
    classes = getattr(ccxt.async_support, exchange).__mro__
    found = [value for cls in classes for value in vars(cls).values() if isinstance(value, Entry)]
    return tuple(dict.fromkeys((entry.method, entry.path) for entry in found))


def classes_of(exchange: str) -> tuple[str, ...]:
    return tuple(cls.__name__ for cls in getattr(ccxt.async_support, exchange).__mro__)


def test_no_request_that_is_named_as_an_act_is_listed() -> None:
    for exchange in ccxt.exchanges:
        for method, path in declared(exchange):
            if method != "GET" and is_read(classes_of(exchange), method, path):
                assert not path.rsplit("/", 1)[-1].lower().startswith(WRITING_WORDS), f"{exchange} {path}"


@pytest.mark.parametrize("exchange", READS)
def test_each_entry_of_the_table_is_a_request_of_ccxt(exchange: str) -> None:
    for read in READS[exchange]:
        method, path = read.split(" ")
        assert (method, path) in declared(exchange), read


@pytest.mark.parametrize(
    ("exchange", "method", "path", "read"),
    [
        ("bitget", "GET", "v2/mix/position/all-position", True),
        ("bitget", "POST", "v2/mix/order/place-order", False),
        ("bitget", "POST", "v2/mix/account/set-leverage", False),
        ("bitget", "GET", "v2/mix/account/transfer-out", False),
        ("binance", "POST", "listenKey", True),
        ("binanceusdm", "POST", "listenKey", True),  # a subclass of binance
        ("binanceusdm", "POST", "order", False),
        ("binanceusdm", "DELETE", "listenKey", False),
        ("bybit", "POST", "listenKey", False),  # not an exchange that has it
        ("phemex", "GET", "exchange/wallets/confirm/withdraw", False),
        ("hyperliquid", "POST", "info", True),
        ("hyperliquid", "POST", "exchange", False),
        ("lighter", "POST", "sendTx", False),
        ("aster", "POST", "v3/approveBuilder", False),
        ("gate", "GET", "{settle}/position_close", True),
        ("gate", "POST", "{settle}/position_close", False),
        ("htx", "POST", "swap-api/v1/swap_position_info", True),
        ("htx", "POST", "swap-api/v1/swap_lightning_close_position", False),
        ("kraken", "POST", "OpenPositions", True),
        ("kraken", "POST", "AddOrder", False),
        ("deribit", "GET", "get_positions", True),
        ("deribit", "GET", "ticker", True),
        ("deribit", "GET", "buy", False),
        ("deribit", "GET", "mass_quote", False),
        ("deribit", "GET", "withdraw", False),
        ("deribit", "GET", "tickerize", False),
        ("deribit", "GET", "get_and_buy", False),
        ("deribit", "GET", "authorize_api_key", False),
        ("ndax", "GET", "getaway", False),
        ("ndax", "GET", "AuthenticateAndWithdraw", False),
        ("hyperliquid", "POST", "exchange/info", False),
        ("kraken", "POST", "close/OpenPositions", False),
        ("htx", "POST", "linear-swap-api/v1/swap_position_info", False),
        ("ndax", "GET", "ConfirmWithdraw", False),
        ("an exchange to come", "GET", "v1/positions", True),
        ("an exchange to come", "POST", "v1/positions", False),
        ("an exchange to come", "PATCH", "v1/positions", False),
    ],
)  # fmt: skip
def test_requests(exchange: str, method: str, path: str, read: bool) -> None:
    classes = classes_of(exchange) if exchange in ccxt.exchanges else (exchange,)
    assert is_read(classes, method, path) is read


@pytest.mark.parametrize(
    ("exchange", "message"),
    [
        ("bybit", {"op": "subscribe", "req_id": "1", "args": ["tickers.BTCUSDT"]}),
        ("bybit", {"op": "auth", "args": []}),
        ("binance", {"method": "SUBSCRIBE", "params": [], "id": 1}),
        ("binance", {"method": "userDataStream.subscribe.signature", "params": {}, "id": "1"}),
        ("okx", {"op": "login", "args": []}),
        ("okx", "ping"),
        ("bitget", {"op": "subscribe", "args": []}),
        ("htx", {"sub": "market.BTC-USDT.detail", "id": "1"}),
        ("htx", {"req": "market.BTC-USDT.kline.1min", "id": "1"}),
        ("htx", {"action": "req", "ch": "auth", "params": {}}),
        ("htx", '{"op":"auth","type":"api","AccessKeyId":"k"}'),
        ("htx", {"pong": 1}),
        ("krakenfutures", {"event": "challenge", "api_key": "k"}),
        ("hyperliquid", {"method": "subscribe", "subscription": {"type": "userFills"}, "type": "swap"}),
        ("gate", {"channel": "futures.usertrades", "event": "subscribe", "auth": {}, "payload": []}),
        ("kucoin", {"type": "subscribe", "topic": "/contractMarket/tradeOrders", "privateChannel": True}),
        ("deribit", {"jsonrpc": "2.0", "method": "private/subscribe", "params": {}}),
        ("deribit", {"jsonrpc": "2.0", "method": "public/auth", "params": {}}),
        ("bingx", {"id": "1", "dataType": "ACCOUNT_UPDATE"}),
        ("bingx", {"id": "1", "reqType": "sub", "dataType": "BTC-USDT@ticker"}),
        ("bingx", "Pong"),
        ("mexc", {"method": "sub.ticker", "param": {}}),
        ("mexc", {"method": "login", "param": {}}),
        ("phemex", {"method": "aop_p.subscribe", "params": []}),
        ("phemex", {"method": "user.auth", "params": []}),
        ("aster", {"method": "SUBSCRIBE", "params": []}),
        ("lighter", {"type": "subscribe", "channel": "market_stats/1"}),
        ("lighter", {"type": "pong"}),
        ("upbit", [{"ticket": "1"}, {"type": "ticker", "codes": []}]),
        ("nado", None),  # a ping without content
    ],
)  # fmt: skip
def test_messages_that_read(exchange: str, message: Any) -> None:
    assert is_reading_message((exchange,), message)


@pytest.mark.parametrize(
    ("exchange", "message"),
    [
        ("bybit", {"op": "order.create", "header": {}, "args": []}),
        ("bybit", {"op": "order.cancel", "header": {}, "args": []}),
        ("binance", {"method": "order.place", "params": {}, "id": "1"}),
        ("binance", {"method": "openOrders.cancelAll", "params": {}, "id": "1"}),
        ("okx", {"op": "order", "args": []}),
        ("okx", {"op": "batch-orders", "args": []}),
        ("okx", {"op": "mass-cancel", "args": []}),
        ("hyperliquid", {"method": "post", "request": {"type": "action", "payload": {}}}),
        ("gate", {"channel": "futures.order_place", "event": "api", "payload": {}}),
        ("lighter", {"type": "jsonapi/sendtx", "data": {}}),
        ("deribit", {"jsonrpc": "2.0", "method": "private/buy", "params": {}}),
        ("kraken", {"method": "add_order", "params": {}}),
        ("cryptocom", {"method": "private/create-order", "params": {}}),
        ("bitvavo", {"action": "privateCreateOrder"}),
        ("bitfinex", [0, "on", None, {}]),
        ("bybit", {"req": "1", "args": []}),
        ("bybit", {"op": "order.create", "type": "subscribe"}),
        ("bybit", {"op": "subscribe", "method": "order.place"}),
        ("bybit", {"op": "subscribe-and-withdraw"}),
        ("bingx", {"dataType": "ACCOUNT_UPDATE", "order": {}}),
    ],
)  # fmt: skip
def test_messages_that_may_write(exchange: str, message: Any) -> None:
    assert not is_reading_message((exchange,), message)
