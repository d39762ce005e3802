"""Building ccxt's exchange object from what the user gave, and refusing what cannot work."""

import importlib
from difflib import get_close_matches
from typing import Any

import ccxt
import ccxt.pro
from ccxt.base.errors import BadResponse, NotSupported

from dashboard.errors import CredentialError, ExchangeLacks, SettingsError, UnknownExchange
from dashboard.exchange.credentials import Credentials

_REQUEST_TIMEOUT = 10_000
_KEEP_ALIVE = 10_000
"""Milliseconds between pings; after three times this a dead socket is noticed. Fewer than two missed pongs
would drop healthy ones: ccxt counts them in a race with its own loop."""


def build_exchange(access: Credentials) -> Any:
    """ccxt's object for `access`, with websockets where ccxt has them, and numbers as strings.

    Raises UnknownExchange, ExchangeLacks (no testnet) or CredentialError (half of the keys).
    """
    if access.exchange not in ccxt.exchanges:
        raise UnknownExchange(_unknown(access.exchange))
    module = ccxt.pro if access.exchange in ccxt.pro.exchanges else _rest_only()
    try:
        exchange = getattr(module, access.exchange)(_config(access))
    except (AttributeError, TypeError, ValueError) as error:
        raise SettingsError(f"--exchange-config: ccxt cannot be built with it: {error}") from None
    exchange.number = str
    if access.testnet:
        _use_testnet(exchange)
    if exchange.apiKey or exchange.secret or exchange.password:
        _check_keys(exchange)
    return exchange


def reject_non_json_responses(exchange: Any) -> None:
    """Makes `exchange` fail where it would take an answer that was cut off for an empty one."""
    fetch = exchange.fetch

    async def checked(*args: Any, **kwargs: Any) -> Any:
        answer = await fetch(*args, **kwargs)
        if isinstance(answer, str | bytes):
            raise BadResponse(f"{exchange.id} the answer was cut off or is no JSON")
        return answer

    exchange.fetch = checked


def _rest_only() -> Any:
    return importlib.import_module("ccxt.async_support")


def _config(access: Credentials) -> dict[str, Any]:
    ours = {
        "apiKey": access.api_key,
        "secret": access.api_secret,
        "password": access.api_passphrase,
        "walletAddress": access.wallet_address,
        "timeout": _REQUEST_TIMEOUT,
        "streaming": {"keepAlive": _KEEP_ALIVE, "maxPingPongMisses": 2},
        "has": {"fetchCurrencies": False},  # not needed here, and private on some exchanges
    }
    given = {name: value for name, value in ours.items() if value is not None}
    merged: dict[str, Any] = ccxt.Exchange.deep_extend(given, dict(access.config))
    return merged


def _unknown(exchange: str) -> str:
    near = get_close_matches(exchange.lower(), ccxt.exchanges)
    return f"exchange {exchange!r} is not known to ccxt" + (f"; near it: {', '.join(near)}" if near else "")


def _use_testnet(exchange: Any) -> None:
    try:
        exchange.set_sandbox_mode(True)
    except (NotSupported, TypeError):  # TypeError: ccxt trips over the addresses that are not there
        raise ExchangeLacks(f"{exchange.id} has no testnet in ccxt: leave --use-testnet out") from None


def _check_keys(exchange: Any) -> None:
    names = {"apiKey": "api-key", "secret": "api-secret", "password": "api-passphrase"}
    missing = [
        f"--{flag}"
        for name, flag in names.items()
        if exchange.requiredCredentials.get(name) and not getattr(exchange, name)
    ]
    if missing:
        raise CredentialError(
            f"{exchange.id} needs {' and '.join(missing)} too: half of the keys open nothing"
        )
