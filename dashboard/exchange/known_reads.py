"""The REST requests and websocket messages that only read. Everything else may write.

A GET reads, unless its path names an act: Phemex confirms withdrawals by GET, Deribit places orders. Deribit
and others call procedures by GET, so only those named as reads pass there. Any other method must be listed:
the requests by POST that read, and those that open an account's stream.
"""

import json
import re
from collections.abc import Iterable, Mapping

_HTX = ("account_info", "position_info", "account_position_info", "openorders", "matchresults_exact",
        "financial_record_exact")  # fmt: skip
_LISTEN_KEY = ("POST listenKey", "PUT listenKey")
_USER_DATA_STREAM = ("POST userDataStream", "PUT userDataStream")
READS: Mapping[str, tuple[str, ...]] = {
    "aster": _LISTEN_KEY,
    "binance": (*_LISTEN_KEY, *_USER_DATA_STREAM),
    "bingx": _USER_DATA_STREAM,
    "bitfinex": (
        "POST auth/r/positions",
        "POST auth/r/trades/hist",
        "POST auth/r/trades/{symbol}/hist",
        "POST auth/r/wallets",
    ),
    "bitrue": ("POST listenKey", "PUT listenKey/{listenKey}"),
    "cex": tuple(f"POST get_{what}" for what in ("candles", "pairs_info", "server_time", "ticker")),
    "coinbaseinternational": ("POST auth",),
    "cryptocom": ("POST private/get-positions", "POST private/get-trades", "POST private/user-balance"),
    "derive": tuple(
        f"POST get_{what}"
        for what in (
            *("all_instruments", "ticker", "time", "tradingview_chart_data", "index_chart_data"),
            *("positions", "trade_history", "funding_history", "subaccounts", "subaccount", "all_portfolios"),
        )
    ),
    "gate": ("GET {settle}/position_close", "GET position_close"),
    "grvt": (
        *("POST auth/api_key/login", "POST auth/wallet/login"),
        *(f"POST full/v1/{what}" for what in ("all_instruments", "ticker", "kline", "positions")),
        *(f"POST full/v1/{what}" for what in ("fill_history", "funding_payment_history")),
        *(f"POST full/v1/{what}" for what in ("account_summary", "aggregated_account_summary")),
        "POST full/v1/get_sub_accounts",
    ),
    "hashkey": _USER_DATA_STREAM,
    "htx": tuple(f"POST {contract}_{what}" for contract in ("contract", "swap") for what in _HTX),
    "hyperliquid": ("POST info",),
    "kraken": tuple(
        f"POST {what}"
        for what in ("BalanceEx", "GetWebSocketsToken", "OpenOrders", "OpenPositions", "TradesHistory")
    ),
    "kucoin": ("POST bullet-public", "POST bullet-private"),
    "mexc": _USER_DATA_STREAM,
    "paradex": ("POST auth",),
    "toobit": _USER_DATA_STREAM,
    "weex": ("POST capi/v3/account/income",),
    "whitebit": (
        *(f"POST collateral-account/{what}" for what in ("balance", "funding-history")),
        *(f"POST collateral-account/positions/{what}" for what in ("open", "history")),
        *(f"POST trade-account/{what}" for what in ("balance", "executed-history")),
        "POST profile/websocket_token",
    ),
    "xt": ("POST ws-token",),
    "zebpay": ("POST v1/market/klines",),
}
"""Requests that read although their method or path does not show it.

Each is a method and the end of a path as ccxt declares it. A class of ccxt includes those of its parents.
"""

_PROCEDURES_BY_GET = ("deribit", "coinbaseinternational", "ndax")
_READING_PROCEDURE = re.compile("get|auth|ticker|orderbook|trades|summary|status|assets", re.IGNORECASE)
_ACT = re.compile(
    "accept|activate|add|adjust|agree|apply|approve|assign|bind|borrow|burn|buy|cancel|change|claim|close|collect|"
    "configure|confirm|convert|create|deactivate|decrease|deduct|del|delete|disable|disconnect|edit|enable|"
    "execute|exit|follow|generate|increase|invalidate|invest|join|kill|lend|link|logout|migrate|mint|modify|move|"
    "pay|place|purchase|push|put|redeem|register|reject|remove|renew|repay|replace|reset|respond|revise|revoke|"
    "save|sell|send|set|sign|stake|start|submit|subscribe|sweep|switch|toggle|transfer|unbind|unfollow|unlink|"
    "unstake|unsubscribe|unwrap|update|upgrade|withdraw|wrap"
)

_OPERATION_KEYS = ("op", "method", "event", "action", "type", "reqType", "request_type", "e", "n")
_READING_WORD = re.compile(
    "auth|authenticate|challenge|heartbeat|login|logon|ping|pong|(un)?sub|(un)?subscribe|(un)?subscription"
)
_READING_MESSAGES: Mapping[str, tuple[str, ...]] = {
    "bingx": ("dataType",),
    "bithumb": ("list",),
    "deepcoin": ("sendTopicAction",),
    "htx": ("req",),
    "luno": ("api_key_id",),
    "toobit": ("swap",),
    "upbit": ("list",),
}
"""Operations of subscriptions that name none of the words above."""


def is_read(classes: Iterable[str], method: str, path: str) -> bool:
    """True if a REST request only reads. `classes` are the ids of ccxt's exchange and of its parents."""
    classes = tuple(classes)
    if any(_ends_with(f"{method} {path}", read) for name in classes for read in READS.get(name, ())):
        return True
    if method != "GET":
        return False
    if any(name in _PROCEDURES_BY_GET for name in classes):
        return bool(_READING_PROCEDURE.match(path.rsplit("/", 1)[-1]))
    return not _has_word(_ACT, path)


def is_reading_message(classes: Iterable[str], message: object) -> bool:
    """True if a websocket message subscribes, signs in or keeps the connection open."""
    operations = operations_of(message)
    if any(operation in _READING_MESSAGES.get(name, ()) for name in classes for operation in operations):
        return True
    return not operations or any(_has_word(_READING_WORD, operation) for operation in operations)


def operations_of(message: object) -> tuple[str, ...]:
    """Returns what a websocket message calls its operation, or else the names of its fields."""
    if isinstance(message, str):
        return operations_of(json.loads(message)) if message.startswith(("{", "[")) else (message,)
    if not isinstance(message, Mapping):
        return () if message is None else (type(message).__name__,)
    named = tuple(value for key in _OPERATION_KEYS if isinstance(value := message.get(key), str))
    return named or tuple(map(str, message))


def _ends_with(request: str, read: str) -> bool:
    method, _, path = request.partition(" ")
    read_method, _, read_path = read.partition(" ")
    return method == read_method and f"/{path}".endswith(f"/{read_path}")


def _has_word(word: re.Pattern[str], text: str) -> bool:
    """True if a word of a path or an operation matches entirely, without regard to case."""
    text = re.sub(r"\{[^}]*\}", "", text)  # placeholders
    return any(word.fullmatch(each.lower()) for each in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text))
