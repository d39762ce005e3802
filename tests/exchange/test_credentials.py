"""The owner of an account, wherever it was given, and its fingerprint."""

from hashlib import sha256
from typing import Any

import pytest

from dashboard.exchange.credentials import Credentials

WALLET, OTHER, KEY = "0x" + "a" * 40, "0x" + "b" * 40, "0x" + "1" * 64


@pytest.mark.parametrize(
    ("exchange", "given", "has_account"),
    [
        ("bitget", {}, False),
        ("bitget", {"api_key": "key"}, True),
        ("bitget", {"config": {"apiKey": "key"}}, True),
        ("bitget", {"config": {"uid": "1", "timeout": 1}}, False),
        ("hyperliquid", {"wallet_address": WALLET}, True),
        ("hyperliquid", {"config": {"walletAddress": WALLET}}, True),
        ("hyperliquid", {"config": {"privateKey": KEY}}, False),
        ("aster", {"config": {"privateKey": KEY}}, True),
        ("alpaca", {"config": {"token": "t"}}, True),
    ],
)
def test_account_is_found_wherever_it_was_given(exchange: str, given: dict[str, Any], has_account: bool):
    assert Credentials(exchange, **given).has_account is has_account


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"walletAddress": WALLET}, {"walletAddress": OTHER}),
        ({"privateKey": KEY}, {"privateKey": KEY[:-1] + "2"}),
        ({"apiKey": "a"}, {"apiKey": "b"}),
        ({"apiKey": "a", "accountId": 1}, {"apiKey": "a", "accountId": 2}),
        ({"apiKey": "a", "options": {"accountIndex": 0}}, {"apiKey": "a", "options": {"accountIndex": 1}}),
        ({"walletAddress": WALLET}, {"walletAddress": WALLET, "options": {"subaccount_id": 3}}),
    ],
)
def test_accounts_have_different_fingerprints(one: dict[str, Any], other: dict[str, Any]):
    first, second = Credentials("aster", config=one), Credentials("aster", config=other)
    assert first.fingerprint != second.fingerprint
    assert first.hash_of("id") == second.hash_of("id") or {"accountId", "options"} & {*one, *other}


def test_flag_and_option_with_the_same_key_have_one_fingerprint():
    by_flag = Credentials("bitget", api_key="key")
    assert by_flag.fingerprint == Credentials("bitget", config={"apiKey": "key"}).fingerprint
    assert by_flag.fingerprint == sha256(b"key").hexdigest()[:16]


def test_option_overrides_a_flag_as_in_ccxt():
    both = Credentials("bitget", api_key="flag", config={"apiKey": "option"})
    assert both.fingerprint == Credentials("bitget", api_key="option").fingerprint


def test_every_secret_is_hidden_in_logs():
    config = {"privateKey": KEY, "token": "t0ken", "twofa": "2fa", "secret": "5ecret", "uid": "1"}
    assert set(Credentials("aster", api_key="k3y", config=config).secrets) == {
        KEY,
        "t0ken",
        "5ecret",
        "k3y",
        "2fa",
    }
