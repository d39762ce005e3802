"""Building ccxt's object: what cannot work is refused in words, and what the user adds is merged."""

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
    ("exchange", "near"),
    [("bitgett", "bitget"), ("Binance", "binance"), ("krakenfuture", "krakenfutures")],
)
def test_unknown_exchange_with_near_matches(exchange: str, near: str) -> None:
    with pytest.raises(UnknownExchange) as error:
        build_exchange(Credentials(exchange))
    message, _, matches = str(error.value).partition("; near it: ")
    assert message == f"exchange '{exchange}' is not known to ccxt"
    assert near in matches.split(", ")


@pytest.mark.parametrize("exchange", ["zzzzzz", "", "__init__", "Exchange"])
def test_unknown_exchange(exchange: str) -> None:
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
def test_half_of_the_keys(exchange: str, given: list[str], missing: str) -> None:
    with pytest.raises(CredentialError) as error:
        build_exchange(Credentials(exchange, **_some(given)))
    assert str(error.value) == f"{exchange} needs {missing} too: half of the keys open nothing"


def test_all_of_the_keys() -> None:
    it = build_exchange(Credentials("bitget", **KEYS))
    assert (it.apiKey, it.secret, it.password) == ("k3y", "5ecret", "pa55")


def test_the_options_file_may_hold_the_missing_ones() -> None:
    it = build_exchange(Credentials("bitget", api_key="k3y", config={"secret": "5ecret", "password": "pa55"}))
    assert (it.apiKey, it.secret, it.password) == ("k3y", "5ecret", "pa55")


def test_hyperliquid_needs_its_wallet_address_only() -> None:
    assert build_exchange(Credentials("hyperliquid", wallet_address="0xabc")).walletAddress == "0xabc"


@pytest.mark.parametrize("exchange", ["bybit", "okx", "hyperliquid"])
def test_testnet(exchange: str) -> None:
    assert build_exchange(Credentials(exchange, testnet=True)).isSandboxModeEnabled
    assert not build_exchange(Credentials(exchange)).isSandboxModeEnabled


def test_bitgets_testnet_is_a_header() -> None:
    assert build_exchange(Credentials("bitget", testnet=True)).options["sandboxMode"]
    assert not build_exchange(Credentials("bitget")).options.get("sandboxMode")


@pytest.mark.parametrize("exchange", ["kraken", "htx", "bitfinex"])
def test_no_testnet(exchange: str) -> None:
    with pytest.raises(ExchangeLacks) as error:
        build_exchange(Credentials(exchange, testnet=True))
    assert str(error.value) == f"{exchange} has no testnet in ccxt: leave --use-testnet out"


def test_the_options_are_merged_deep_into_ours() -> None:
    options = {
        "options": {"defaultSubType": "inverse"},
        "streaming": {"keepAlive": 1},
        "aiohttp_proxy": "http://p",
    }
    it, plain = build_exchange(Credentials("bitget", config=options)), build_exchange(Credentials("bitget"))
    assert it.options == plain.options | {"defaultSubType": "inverse"}
    assert it.streaming["keepAlive"] == 1
    assert it.streaming["maxPingPongMisses"] == plain.streaming["maxPingPongMisses"]
    assert (it.aiohttp_proxy, plain.aiohttp_proxy) == ("http://p", None)


def test_options_beat_flags_and_are_not_changed() -> None:
    options: dict[str, Any] = {"timeout": 77, "apiKey": "other", "options": {"a": 1}}
    it = build_exchange(Credentials("bitget", config=options, **KEYS))
    assert (it.timeout, it.apiKey) == (77, "other")
    assert options == {"timeout": 77, "apiKey": "other", "options": {"a": 1}}


def test_numbers_stay_as_the_exchange_wrote_them() -> None:
    assert build_exchange(Credentials("bitget")).parse_number("0.10") == "0.10"


def test_a_dead_socket_is_noticed_within_half_a_minute() -> None:
    streaming = build_exchange(Credentials("binance")).streaming
    assert streaming["keepAlive"] * (streaming["maxPingPongMisses"] + 1) <= 30_000


def test_an_exchange_without_websockets_is_read_by_rest() -> None:
    it = build_exchange(Credentials("bitflyer"))
    assert not it.has.get("watchTicker")
    assert it.parse_number("0.10") == "0.10"


def _texts(access: Credentials) -> Iterator[str]:
    yield repr(access)
    yield str(access)
    yield f"{access}"


def test_no_secret_is_shown() -> None:
    access = Credentials("bitget", config={"secret": "0ther", "headers": {"x": "t0ken"}}, **KEYS)
    for text in _texts(access):
        assert "bitget" in text
        assert not [word for word in ("k3y", "5ecret", "pa55", "0ther", "t0ken") if word in text]


@pytest.mark.parametrize(
    ("access", "has_account"),
    [
        pytest.param(Credentials("bitget"), False, id="nothing"),
        pytest.param(Credentials("bitget", **KEYS), True, id="keys"),
        pytest.param(Credentials("hyperliquid", wallet_address="0xabc"), True, id="wallet"),
        pytest.param(Credentials("bitget", config={"apiKey": "k"}), True, id="keys in the options file"),
        pytest.param(Credentials("bitget", api_key=""), False, id="an empty key"),
        pytest.param(
            Credentials("hyperliquid", config={"walletAddress": "0xabc"}),
            True,
            id="wallet in the options file",
        ),
    ],
)
def test_has_account(access: Credentials, has_account: bool) -> None:
    assert access.has_account is has_account
