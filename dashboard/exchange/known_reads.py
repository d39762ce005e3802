"""The REST requests and websocket messages that only read. Everything else may write.

A GET reads, unless its path names an act: Phemex confirms withdrawals by GET, Deribit places orders. Deribit
and others call procedures by GET, so only those named as reads pass there. Any other method must be listed:
the requests by POST that read, and those that open an account's stream.
"""

import json
import re
from collections.abc import Iterable, Mapping

_HTX = ("account_info", "position_info", "account_position_info", "openorders")
_HTX_HISTORY = ("matchresults_exact", "financial_record_exact")
_LISTEN_KEY = ("POST listenKey", "PUT listenKey")
_USER_DATA_STREAM = ("POST userDataStream", "PUT userDataStream")
_USER_DATA_STREAM_V1 = ("POST api/v1/userDataStream", "PUT api/v1/userDataStream")
READS: Mapping[str, tuple[str, ...]] = {
    "aster": tuple(f"{method} {version}/listenKey" for method in ("POST", "PUT") for version in ("v1", "v3")),
    "binance": (*_LISTEN_KEY, *_USER_DATA_STREAM),
    "bingx": _USER_DATA_STREAM,
    "bitfinex": (
        "POST auth/r/positions",
        "POST auth/r/trades/hist",
        "POST auth/r/trades/{symbol}/hist",
        "POST auth/r/wallets",
    ),
    "bitrue": ("POST poseidon/api/v1/listenKey", "PUT poseidon/api/v1/listenKey/{listenKey}"),
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
    "hashkey": _USER_DATA_STREAM_V1,
    "htx": tuple(
        f"POST {contract}_{what}"
        for contract in ("api/v1/contract", "swap-api/v1/swap")
        for what in (*_HTX, *_HTX_HISTORY)
    )
    + tuple(
        f"POST {contract}_{what}"
        for contract in ("api/v3/contract", "swap-api/v3/swap")
        for what in _HTX_HISTORY
    ),
    "hyperliquid": ("POST info",),
    "kraken": tuple(
        f"POST {what}"
        for what in ("BalanceEx", "GetWebSocketsToken", "OpenOrders", "OpenPositions", "TradesHistory")
    ),
    "kucoin": ("POST bullet-public", "POST bullet-private"),
    "mexc": _USER_DATA_STREAM,
    "paradex": ("POST auth", "POST v2/auth"),
    "toobit": _USER_DATA_STREAM_V1,
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

Each is a method and a path, exactly as ccxt declares it. A class of ccxt includes those of its parents.
"""

_PROCEDURES_BY_GET = ("deribit", "coinbaseinternational", "ndax")
_READING_PROCEDURE = re.compile(
    "get_[a-z0-9_]+|Get[A-Z][A-Za-z0-9]+|auth|Authenticate(User|2FA)?|ticker|tickers_by_currency|"
    "orderbook|trades|summary|status|assets"
)
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
    "luno": ("api_key_id", "api_key_secret"),
    "toobit": ("swap",),
    "upbit": ("list",),
}
"""Operations of subscriptions that name none of the words above."""
_NEUTRAL = ("id", "req_id", "symbol", "api", "spot", "swap", "future")
"""Fields and values next to an operation: numbers of requests, markets and their kinds, kinds of a login."""


def is_read(classes: Iterable[str], method: str, path: str) -> bool:
    """True if a REST request only reads. `classes` are the ids of ccxt's exchange and of its parents."""
    classes = tuple(classes)
    if any(f"{method} {path}" in READS.get(name, ()) for name in classes):
        return True
    if method != "GET" or _has_word(_ACT, path):
        return False
    is_procedure = any(name in _PROCEDURES_BY_GET for name in classes)
    return not is_procedure or bool(_READING_PROCEDURE.fullmatch(path.rsplit("/", 1)[-1]))


def is_reading_message(classes: Iterable[str], message: object) -> bool:
    """True if all that a websocket message names subscribes, signs in or keeps the connection open."""
    listed = {operation for name in classes for operation in _READING_MESSAGES.get(name, ())}
    operations = operations_of(message)
    named = [operation for operation in operations if operation not in _NEUTRAL]
    return bool(named or not operations) and all(each in listed or _is_reading(each) for each in named)


def _is_reading(operation: str) -> bool:
    """True if a word of an operation reads, and none of the others is an act."""
    return _has_word(_READING_WORD, operation) and not _has_word(_ACT, operation, besides=_READING_WORD)


def operations_of(message: object) -> tuple[str, ...]:
    """Returns what a websocket message calls its operation, or else the names of its fields."""
    if isinstance(message, str):
        return operations_of(json.loads(message)) if message.startswith(("{", "[")) else (message,)
    if not isinstance(message, Mapping):
        return () if message is None else (type(message).__name__,)
    named = tuple(value for key in _OPERATION_KEYS if isinstance(value := message.get(key), str))
    return named or tuple(map(str, message))


def _has_word(word: re.Pattern[str], text: str, besides: re.Pattern[str] | None = None) -> bool:
    """True if a word of a path or an operation matches entirely, without regard to case."""
    text = re.sub(r"\{[^}]*\}", "", text)  # placeholders
    words = [each.lower() for each in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)]
    return any(word.fullmatch(each) for each in words if besides is None or not besides.fullmatch(each))
