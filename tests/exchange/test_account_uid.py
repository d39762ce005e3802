"""The exchange's own id of an account, read through ccxt's real clients from a local server."""

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import pytest

from dashboard.exchange import account_uid as module
from dashboard.exchange.account_uid import UID_REQUESTS, account_uid
from dashboard.exchange.credentials import Credentials
from tests.exchange.accounts.account_case import Answer
from tests.exchange.accounts.account_reading import KEYS
from tests.exchange.accounts.stub_exchange import StubExchange
from tests.exchange.accounts.uid_answers import UID_ANSWERS

INFO = "/api/v2/spot/account/info"
REFUSED = {"code": "40014", "msg": "Incorrect permissions, need spot read permissions"}


async def uid_of(exchange: str, answers: Iterable[Answer], **config: Any) -> str | None:
    async with StubExchange(answers) as stub:
        options = {**KEYS, **stub.ccxt_config(exchange), "timeout_on_exit": 0, **config}
        return await asyncio.to_thread(account_uid, Credentials(exchange, config=options))


def test_every_request_is_tested() -> None:
    assert set(UID_REQUESTS) <= set(UID_ANSWERS)


@pytest.mark.parametrize("exchange", UID_ANSWERS)
async def test_id_is_read_where_the_exchange_reports_one(exchange: str) -> None:
    uid, answer = UID_ANSWERS[exchange]
    assert await uid_of(exchange, [answer]) == uid


@pytest.mark.parametrize("exchange", ["aster", "krakenfutures"])
async def test_exchange_that_reports_no_id_is_not_asked(exchange: str) -> None:
    config = {"privateKey": "0x" + "1" * 64}
    async with StubExchange([]) as stub:
        options = {**KEYS, **config, **stub.ccxt_config(exchange), "timeout_on_exit": 0}
        assert await asyncio.to_thread(account_uid, Credentials(exchange, config=options)) is None
        assert stub.unanswered == []


async def test_wallet_is_its_own_id_whatever_its_letters() -> None:
    assert await uid_of("hyperliquid", [], walletAddress="0xAbC") == "0xabc"


async def test_sub_account_differs_from_its_main_account() -> None:
    uid, answer = UID_ANSWERS["kucoin"]
    body = {**answer.body, "data": {**answer.body["data"], "subName": "hedge", "isMaster": False}}
    assert await uid_of("kucoin", [Answer("GET", answer.path, body)]) == f"{uid} hedge"


async def test_unified_account_of_bitget_has_a_request_of_its_own() -> None:
    body = {"code": "00000", "data": {"userId": "4281957306", "permType": "read-only"}}
    refused = Answer("GET", INFO, {"code": "40085", "msg": "You are in Unified Account mode"})
    unified = Answer("GET", "/api/v3/account/info", body)
    assert await uid_of("bitget", [refused, unified]) == "4281957306"


@pytest.mark.parametrize(
    "body",
    [
        REFUSED,
        {"code": "00000", "data": {}},
        {"code": "00000", "data": None},
        {"code": "00000", "data": {"userId": ""}},
        {"code": "00000", "data": {"userId": "0"}},
        "no JSON object",
    ],
    ids=["no permission", "empty", "null", "empty id", "zero", "text"],
)
async def test_failure_is_logged_without_a_secret(body: Any, caplog: pytest.LogCaptureFixture) -> None:
    answers = [Answer("GET", INFO, body), Answer("GET", "/api/v3/account/info", body)]
    assert await uid_of("bitget", answers) is None
    assert "the exchange's id of the account is unknown" in caplog.text
    assert not [key for key in KEYS.values() if key in caplog.text]


@pytest.mark.parametrize(
    ("exchange", "key", "secret"),
    [
        ("binance", "key", "-----BEGIN PRIVATE KEY-----\nMIIx\n-----END PRIVATE KEY-----"),
        ("bybit", "key", "PRIVATE KEY"),
        ("deribit", "key", "\ud800"),
        ("bitget", "key\n with a line", "secret"),
    ],
)
async def test_malformed_key_does_not_stop_the_start(exchange: str, key: str, secret: str) -> None:
    assert await uid_of(exchange, [], apiKey=key, secret=secret) is None


async def test_exchange_that_never_answers_delays_the_start_for_a_limited_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections are made, but never accepted
        host, port = silent.getsockname()
        urls = {"api": dict.fromkeys(("spot", "mix", "uta"), f"http://{host}:{port}")}
        config = {**KEYS, "urls": urls, "timeout": 500, "timeout_on_exit": 0}
        assert await asyncio.to_thread(account_uid, Credentials("bitget", config=config)) is None
    assert "bitget did not respond within 0.2 s" in caplog.text
