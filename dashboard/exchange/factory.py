"""Construction of ccxt's exchange objects from credentials, with validation."""

import importlib
from difflib import get_close_matches
from typing import Any

import ccxt
import ccxt.pro
from ccxt.base.errors import BadResponse, NotSupported

from dashboard.errors import CredentialError, ExchangeLacks, SettingsError, UnknownExchange
from dashboard.exchange.ccxt_numbers import limit_numbers
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.request_guard import allow_reads_only
from dashboard.exchange.retry_after import honor_retry_after

_REQUEST_TIMEOUT_MS = 10_000
_PING_INTERVAL_MS = 10_000
_MAX_MISSED_PONGS = 2
"""A dead socket is detected after three ping intervals.

Fewer than two would drop healthy sockets: ccxt counts missed pongs in a race with its own loop.
"""

_RENAMED = {
    "bitfinex2": "bitfinex",
    "coinbasepro": "coinbaseexchange",
    "cryptofacilities": "krakenfutures",
    "gateio": "gate",
    "huobi": "htx",
    "huobipro": "htx",
    "okex": "okx",
    "okex5": "okx",
}
_NO_APPROVALS = {"builderFee": False, "approvedBuilderFee": True, "refSet": True}
"""Options with which ccxt approves no fee of its own and sets no referrer when it signs in."""


def build_exchange(credentials: Credentials) -> Any:
    """Returns ccxt's exchange object, with websockets where ccxt has them, and numbers as strings.

    It sends nothing that may write. Raises UnknownExchange, ExchangeLacks (no testnet), CredentialError
    (incomplete) or SettingsError.
    """
    if credentials.exchange not in ccxt.exchanges:
        raise UnknownExchange(_unknown_exchange(credentials.exchange))
    module = ccxt.pro if credentials.exchange in ccxt.pro.exchanges else _rest_module()
    try:
        exchange = getattr(module, credentials.exchange)(_config(credentials))
    except (AttributeError, TypeError, ValueError) as error:
        raise SettingsError(f"--exchange-config is rejected by ccxt: {error}") from None
    exchange.number = str
    limit_numbers()
    allow_reads_only(exchange)
    honor_retry_after(exchange)
    if credentials.testnet:
        _use_testnet(exchange)
    if exchange.apiKey or exchange.secret or exchange.password:
        _require_all_keys(exchange)
    return exchange


def reject_non_json_responses(exchange: Any) -> None:
    """Makes `exchange` raise BadResponse for a body that is not JSON, which ccxt would treat as empty."""
    fetch = exchange.fetch

    async def fetch_json(*args: Any, **kwargs: Any) -> Any:
        response = await fetch(*args, **kwargs)
        if isinstance(response, str | bytes):
            raise BadResponse(f"{exchange.id} the response is truncated or not JSON")
        return response

    exchange.fetch = fetch_json


def _rest_module() -> Any:
    return importlib.import_module("ccxt.async_support")


def _config(credentials: Credentials) -> dict[str, Any]:
    defaults = {
        "apiKey": credentials.api_key,
        "secret": credentials.api_secret,
        "password": credentials.api_passphrase,
        "walletAddress": credentials.wallet_address,
        "timeout": _REQUEST_TIMEOUT_MS,
        "streaming": {"keepAlive": _PING_INTERVAL_MS, "maxPingPongMisses": _MAX_MISSED_PONGS},
        # Not needed, and private on some exchanges. Hyperliquid's names the settlement currencies of markets.
        "has": {"fetchCurrencies": credentials.exchange == "hyperliquid"},
        "options": {"fetchMargins": False},  # Binance's margin pairs: not needed, and private
    }
    known = {name: value for name, value in defaults.items() if value is not None}
    merged: dict[str, Any] = ccxt.Exchange.deep_extend(
        known,
        dict(credentials.config),
        {"options": _NO_APPROVALS, "verbose": False},  # would print the keys
    )
    if not credentials.private_key_reads:
        merged.pop("privateKey", None)
    return merged


def _unknown_exchange(exchange: str) -> str:
    if exchange.lower() in _RENAMED:
        return f"exchange {exchange!r} is now {_RENAMED[exchange.lower()]!r}: use that id"
    similar = get_close_matches(exchange.lower(), ccxt.exchanges)
    hint = f"; similar: {', '.join(similar)}" if similar else ""
    return f"exchange {exchange!r} is not supported by ccxt{hint}"


def _use_testnet(exchange: Any) -> None:
    try:
        exchange.set_sandbox_mode(True)
    except (NotSupported, TypeError):  # TypeError: ccxt fails on the missing URLs
        raise ExchangeLacks(f"{exchange.id} has no testnet in ccxt: remove --use-testnet") from None


def _require_all_keys(exchange: Any) -> None:
    names = {"apiKey": "api key", "secret": "api secret", "password": "api passphrase"}
    required = [name for name in names if exchange.requiredCredentials.get(name)]
    missing = [name for name in required if not getattr(exchange, name)]
    if missing:
        all_names = ", ".join(names[name] for name in required)
        flags = " and ".join(f"--{names[name].replace(' ', '-')}" for name in missing)
        raise CredentialError(f"{exchange.id} requires {all_names}: set {flags} too")
