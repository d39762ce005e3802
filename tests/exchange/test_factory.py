"""Construction of ccxt's exchange objects: validation of settings, and merging of the user's options."""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.errors import CredentialError, ExchangeLacks, UnknownExchange
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.factory import build_exchange

KEYS: dict[str, Any] = {"api_key": "k3y", "api_secret": "5ecret", "api_passphrase": "pa55"}


def _some(names: list[str]) -> dict[str, Any]:
    return {name: KEYS[name] for name in names}


@pytest.mark.parametrize(
    ("exchange", "similar"),
    [("bitgett", "bitget"), ("Binance", "binance"), ("krakenfuture", "krakenfutures")],
)
def test_unknown_exchange_error_lists_similar_names(exchange: str, similar: str) -> None:
    with pytest.raises(UnknownExchange) as error:
        build_exchange(Credentials(exchange))
    message, _, matches = str(error.value).partition("; similar: ")
    assert message == f"exchange '{exchange}' is not supported by ccxt"
    assert similar in matches.split(", ")


@pytest.mark.parametrize(
    ("exchange", "new"),
    [
        ("huobi", "htx"),
        ("Huobi", "htx"),
        ("gateio", "gate"),
        ("okex", "okx"),
        ("cryptofacilities", "krakenfutures"),
    ],
)
def test_renamed_exchange_error_has_the_new_id(exchange: str, new: str) -> None:
    with pytest.raises(UnknownExchange) as error:
        build_exchange(Credentials(exchange))
    assert str(error.value) == f"exchange '{exchange}' is now '{new}': use that id"
    assert build_exchange(Credentials(new)).id == new


@pytest.mark.parametrize("exchange", ["zzzzzz", "", "__init__", "Exchange", "bitmex"])
def test_unknown_exchange_is_rejected(exchange: str) -> None:
    with pytest.raises(UnknownExchange):
        build_exchange(Credentials(exchange))


@pytest.mark.parametrize(
    ("exchange", "given", "missing"),
    [
        ("bitget", ["api_key"], "--api-secret and --api-passphrase"),
        ("bitget", ["api_key", "api_secret"], "--api-passphrase"),
        ("bitget", ["api_key", "api_passphrase"], "--api-secret"),
        ("bybit", ["api_key"], "--api-secret"),
        ("bitget", ["api_secret"], "--api-key and --api-passphrase"),
        ("bitget", ["api_secret", "api_passphrase"], "--api-key"),
        ("bitget", ["api_passphrase"], "--api-key and --api-secret"),
        ("bybit", ["api_secret"], "--api-key"),
        ("bybit", ["api_passphrase"], "--api-key and --api-secret"),
        ("okx", ["api_key", "api_secret"], "--api-passphrase"),
    ],
)
def test_incomplete_keys_are_rejected(exchange: str, given: list[str], missing: str) -> None:
    with pytest.raises(CredentialError) as error:
        build_exchange(Credentials(exchange, **_some(given)))
    required = "api key, api secret" + ("" if exchange == "bybit" else ", api passphrase")
    assert str(error.value) == f"{exchange} requires {required}: set {missing} too"


def test_complete_keys_are_accepted() -> None:
    exchange = build_exchange(Credentials("bitget", **KEYS))
    assert (exchange.apiKey, exchange.secret, exchange.password) == ("k3y", "5ecret", "pa55")


def test_options_file_completes_the_keys() -> None:
    exchange = build_exchange(
        Credentials("bitget", api_key="k3y", config={"secret": "5ecret", "password": "pa55"})
    )
    assert (exchange.apiKey, exchange.secret, exchange.password) == ("k3y", "5ecret", "pa55")


def test_hyperliquid_requires_only_the_wallet_address() -> None:
    assert build_exchange(Credentials("hyperliquid", wallet_address="0xabc")).walletAddress == "0xabc"


@pytest.mark.parametrize(("exchange", "kept"), [("hyperliquid", False), ("lighter", False), ("aster", True)])
def test_private_key_is_dropped_where_reading_needs_none(exchange: str, kept: bool) -> None:
    config = {"privateKey": "0x" + "1" * 64}
    assert bool(build_exchange(Credentials(exchange, config=config)).privateKey) is kept
    assert config == {"privateKey": "0x" + "1" * 64}


def test_options_cannot_make_ccxt_print_requests_and_keys() -> None:
    assert build_exchange(Credentials("bitget", config={"verbose": True})).verbose is False


def test_options_cannot_make_ccxt_approve_fees() -> None:
    exchange = build_exchange(Credentials("aster", config={"options": {"builderFee": True}}))
    assert not exchange.options["builderFee"]
    assert exchange.options["approvedBuilderFee"]


@pytest.mark.parametrize("exchange", ["bybit", "okx", "hyperliquid"])
def test_testnet_is_enabled(exchange: str) -> None:
    assert build_exchange(Credentials(exchange, testnet=True)).isSandboxModeEnabled
    assert not build_exchange(Credentials(exchange)).isSandboxModeEnabled


def test_bitget_testnet_is_enabled_by_an_option() -> None:
    assert build_exchange(Credentials("bitget", testnet=True)).options["sandboxMode"]
    assert not build_exchange(Credentials("bitget")).options.get("sandboxMode")


@pytest.mark.parametrize("exchange", ["kraken", "htx", "bitfinex"])
def test_exchange_without_a_testnet_is_rejected(exchange: str) -> None:
    with pytest.raises(ExchangeLacks) as error:
        build_exchange(Credentials(exchange, testnet=True))
    assert str(error.value) == f"{exchange} has no testnet in ccxt: remove --use-testnet"


def test_options_are_merged_deeply_into_the_defaults() -> None:
    options = {
        "options": {"defaultSubType": "inverse"},
        "streaming": {"keepAlive": 1},
        "aiohttp_proxy": "http://p",
    }
    exchange, plain = (
        build_exchange(Credentials("bitget", config=options)),
        build_exchange(Credentials("bitget")),
    )
    assert exchange.options == plain.options | {"defaultSubType": "inverse"}
    assert exchange.streaming["keepAlive"] == 1
    assert exchange.streaming["maxPingPongMisses"] == plain.streaming["maxPingPongMisses"]
    assert (exchange.aiohttp_proxy, plain.aiohttp_proxy) == ("http://p", None)


def test_options_override_flags_and_stay_unmodified() -> None:
    options: dict[str, Any] = {"timeout": 77, "apiKey": "other", "options": {"a": 1}}
    exchange = build_exchange(Credentials("bitget", config=options, **KEYS))
    assert (exchange.timeout, exchange.apiKey) == (77, "other")
    assert options == {"timeout": 77, "apiKey": "other", "options": {"a": 1}}


def test_numbers_are_strings_as_written_by_the_exchange() -> None:
    assert build_exchange(Credentials("bitget")).parse_number("0.10") == "0.10"


def test_dead_socket_is_detected_within_half_a_minute() -> None:
    streaming = build_exchange(Credentials("binance")).streaming
    assert streaming["keepAlive"] * (streaming["maxPingPongMisses"] + 1) <= 30_000


def test_exchange_without_websockets_uses_rest() -> None:
    exchange = build_exchange(Credentials("bitflyer"))
    assert not exchange.has.get("watchTicker")
    assert exchange.parse_number("0.10") == "0.10"


def _texts(credentials: Credentials) -> Iterator[str]:
    yield repr(credentials)
    yield str(credentials)
    yield f"{credentials}"


def test_credentials_show_no_secret() -> None:
    credentials = Credentials("bitget", config={"secret": "0ther", "headers": {"x": "t0ken"}}, **KEYS)
    for text in _texts(credentials):
        assert "bitget" in text
        assert not [word for word in ("k3y", "5ecret", "pa55", "0ther", "t0ken") if word in text]


@pytest.mark.parametrize(
    ("credentials", "has_account"),
    [
        pytest.param(Credentials("bitget"), False, id="nothing"),
        pytest.param(Credentials("bitget", **KEYS), True, id="keys"),
        pytest.param(Credentials("hyperliquid", wallet_address="0xabc"), True, id="wallet"),
        pytest.param(Credentials("bitget", config={"apiKey": "k"}), True, id="keys in the options file"),
        pytest.param(Credentials("bitget", api_key=""), False, id="empty key"),
        pytest.param(
            Credentials("hyperliquid", config={"walletAddress": "0xabc"}),
            True,
            id="wallet in the options file",
        ),
    ],
)
def test_account_needs_a_key_or_a_wallet(credentials: Credentials, has_account: bool) -> None:
    assert credentials.has_account is has_account
