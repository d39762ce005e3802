"""The guard beneath ccxt's real clients: what the dashboard calls is sent, and nothing that writes."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.errors import RequestRefused, UsageError
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.factory import build_exchange
from tests.exchange.listed_markets import MARKETS
from tests.exchange.stub_session import StubSession

PRIVATE_KEY, ADDRESS = "0x" + "1" * 64, "0x" + "2" * 40
KEYS: dict[str, Any] = {
    "api_key": "k" * 32,
    "api_secret": "c2VjcmV0",
    "api_passphrase": "pa55",
    "wallet_address": ADDRESS,
}
ACCEPTED: dict[str, Any] = {
    "bybit": {"retCode": 0, "result": {}},
    "okx": {"code": "0", "data": []},
    "bitget": {"code": "00000", "data": {}},
    "kucoin": {"code": "200000", "data": {}},
    "kucoinfutures": {"code": "200000", "data": {}},
}
"""Answers that contain nothing, of the exchanges that treat `{}` as an error."""
_TOKEN = {"token": "t", "instanceServers": [{"endpoint": "wss://stub.invalid", "pingInterval": 18000}]}
ACCOUNT = {
    "listenKey": {"listenKey": "x"},
    "userDataStream": {"listenKey": "x"},
    "/bullet-public": {"code": "200000", "data": _TOKEN},
    "/bullet-private": {"code": "200000", "data": _TOKEN},
    "/v3/account/settings": {"code": "40000", "msg": "not a unified account"},
    "/accountsByL1Address": {"code": 200, "sub_accounts": [{"index": 7}]},
}
"""Answers by which ccxt learns of an account and opens its streams."""
_KUCOIN_TOKENS = {
    f"POST /api/{end}" for end in ("v1/bullet-public", "v1/bullet-private", "v2/bullet-private")
}
OTHER_REQUESTS = {
    "binance": {"POST /fapi/v1/listenKey", "POST /dapi/v1/listenKey"},
    "binanceusdm": {"POST /fapi/v1/listenKey"},
    "binancecoinm": {"POST /dapi/v1/listenKey"},
    "htx": {
        "POST /swap-api/v1/swap_openorders",
        "POST /swap-api/v1/swap_position_info",
        "POST /swap-api/v3/swap_financial_record_exact",
        "POST /swap-api/v3/swap_matchresults_exact",
    },
    "hyperliquid": {"POST /info"},
    "kucoin": _KUCOIN_TOKENS,
    "kucoinfutures": _KUCOIN_TOKENS,
    "bingx": {"POST /openApi/user/auth/userDataStream"},
    "mexc": {"POST /api/v3/userDataStream"},
    "aster": {"POST /fapi/v3/listenKey"},
}
"""All requests other than GET that reading an account takes."""

Call = tuple[str, tuple[Any, ...]]


def reads(symbols: list[str]) -> Iterator[Call]:
    """All that the dashboard calls, for these contracts."""
    yield from (("fetch_time", ()), ("fetch_leverage_tiers", ()), ("fetch_positions", ()))
    yield from (
        ("fetch_positions_history", ()),
        ("fetch_balance", ()),
        ("fetch_balance", ({"type": "swap"},)),
    )
    yield from (("watch_my_trades", ()), ("watch_my_trades", (None, None, None, {"type": "swap"})))
    for symbol in symbols:
        yield from ((f"fetch_{what}", (symbol,)) for what in ("ticker", "mark_price", "ohlcv", "open_orders"))
        yield from ((f"fetch_{what}", (symbol,)) for what in ("market_leverage_tiers", "my_trades"))
        yield from ((f"fetch_{what}", (symbol,)) for what in ("funding_history", "funding_rate"))
        yield from ((f"watch_{what}", (symbol,)) for what in ("ticker", "trades", "mark_price", "orders"))
        yield from (("fetch_positions", ([symbol],)), ("watch_bids_asks", ([symbol],)))
    yield from (("watch_positions", ()), ("watch_balance", ()))


def writes(symbol: str) -> Iterator[Call]:
    """ccxt's methods that write, as far as any of the exchanges has them."""
    order = (symbol, "limit", "buy", 10, 60000)
    yield from ((name, order) for name in ("create_order", "create_order_ws"))
    yield from ((name, ("1", *order)) for name in ("edit_order", "edit_order_ws"))
    yield from ((name, ("1", symbol)) for name in ("cancel_order", "cancel_order_ws"))
    yield from ((name, (symbol,)) for name in ("cancel_all_orders", "cancel_all_orders_ws", "close_position"))
    yield (
        "create_orders",
        ([{"symbol": symbol, "type": "limit", "side": "buy", "amount": 10, "price": 60000}],),
    )
    yield from (("cancel_orders", (["1"], symbol)), ("close_all_positions", ()))
    yield from (("withdraw", ("USDT", 1, ADDRESS)), ("transfer", ("USDT", 1, "spot", "swap")))
    yield from (("set_leverage", (5, symbol)), ("set_margin_mode", ("isolated", symbol, {"leverage": 5})))
    yield from (("set_position_mode", (True, symbol)), ("add_margin", (symbol, 1)))
    yield from (("reduce_margin", (symbol, 1)), ("create_sub_account", ("sub",)), ("change_api_key", ()))
    yield from (("approve_builder_fee", (ADDRESS, "0.1%")), ("approve_builder_fee", (718718, 1, 1, 1, 4)))
    yield from (("set_ref", ()), ("set_user_abstraction", ("disabled",)), ("sign_in", ()))


def built(exchange: str, session: StubSession, **config: Any) -> Any:
    settings = {"privateKey": PRIVATE_KEY, "session": session, "uid": "1", **config}
    return build_exchange(
        Credentials(exchange, config={"enableRateLimit": False, "timeout_on_exit": 0, **settings}, **KEYS)
    )


async def attempt(session: StubSession, client: Any, name: str, args: tuple[Any, ...]) -> object:
    """Runs a call until it returns or waits for a message. Returns its exception."""

    async def call() -> None:
        await getattr(client, name)(*args)

    task = asyncio.ensure_future(call())
    await session.settled()
    task.cancel()
    (outcome,) = await asyncio.gather(task, return_exceptions=True)
    return outcome


@pytest.fixture
def session(exchange: str) -> StubSession:
    return StubSession({**MARKETS[exchange], **ACCOUNT}, ACCEPTED.get(exchange))


@pytest.mark.parametrize("exchange", MARKETS)
async def test_everything_that_the_dashboard_calls_passes(
    exchange: str, session: StubSession, caplog: pytest.LogCaptureFixture
) -> None:
    client = built(exchange, session)
    await client.load_markets()
    contracts = [symbol for symbol, market in client.markets.items() if market["swap"]]
    sent = set()
    for name, args in reads(contracts):
        before = len(session.requests) + len(session.messages)
        await attempt(session, client, name, args)
        sent |= {name} if len(session.requests) + len(session.messages) > before else set()
    await client.close()
    assert [record.message for record in caplog.records if "was not sent" in record.message] == []
    others = {request for request in session.requests if not request.startswith("GET")}
    assert others == OTHER_REQUESTS.get(exchange, set())
    assert {"fetch_ticker", "fetch_positions", "watch_ticker"} <= sent
    assert sent & {"watch_my_trades", "watch_positions"}


@pytest.mark.parametrize("exchange", MARKETS)
async def test_everything_that_writes_is_refused(exchange: str, session: StubSession) -> None:
    client = built(exchange, session)
    await client.load_markets()
    client.privateKey = PRIVATE_KEY  # also where the dashboard drops it
    symbol = next(symbol for symbol, market in client.markets.items() if market["swap"])
    outcomes = {
        name: await attempt(session, client, name, args)
        for name, args in writes(symbol)
        if hasattr(client, name)
    }
    await client.close()
    refused = [name for name, outcome in outcomes.items() if isinstance(outcome, RequestRefused)]
    assert "create_order" in refused or exchange == "lighter"  # which signs with a library of its own
    others = {request for request in session.requests if not request.startswith("GET")}
    assert others <= OTHER_REQUESTS.get(exchange, set())
    assert {message.get("op") for message in session.messages} <= {"auth", "login"}


@pytest.mark.parametrize("exchange", ["binance", "gate"])
async def test_order_over_a_websocket_is_refused(exchange: str, session: StubSession) -> None:
    client = built(exchange, session)
    await client.load_markets()
    symbol = "BTC/USDT:USDT"
    refused = await attempt(session, client, "create_order_ws", (symbol, "limit", "buy", 10, 60000))
    assert isinstance(refused, RequestRefused)
    assert session.messages == []
    await client.close()


@pytest.mark.parametrize("exchange", ["aster", "hyperliquid", "lighter"])
async def test_no_fee_is_approved_and_no_key_changed(exchange: str, session: StubSession) -> None:
    """With a private key ccxt does both by itself, unless its options count them as done."""
    options = {"builderFee": True, "approvedBuilderFee": False, "refSet": False}
    client = built(exchange, session, options=options, has={"fetchCurrencies": True})
    await client.load_markets()
    for name in ("fetch_positions", "fetch_balance"):
        await attempt(session, client, name, ())
    await client.close()
    writing = ("approve", "builder", "/exchange", "sendtx", "nonce")
    assert not [each for each in session.requests if each.lower().endswith(writing)]


@pytest.mark.parametrize("exchange", ["aster"])
async def test_approval_is_refused_where_an_option_does_not_prevent_it(
    exchange: str, session: StubSession, caplog: pytest.LogCaptureFixture
) -> None:
    client = built(exchange, session)
    client.options["builderFee"], client.options["approvedBuilderFee"] = True, False
    await client.load_markets()
    await client.close()
    assert "GET /fapi/v3/builder" in session.requests
    assert not [each for each in session.requests if "approve" in each]
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        "aster: POST v3/approveBuilder is not known to only read and was not sent: please report this"
    ]


@pytest.mark.parametrize("exchange", ["bitget"])
@pytest.mark.parametrize(
    "config",
    [
        pytest.param({"id": "hyperliquid"}, id="the id of another exchange"),
        pytest.param({"sign": None, "fetch": None, "client": None}, id="the guard's methods"),
        pytest.param({"fetch2": None, "request": None}, id="the methods above them"),
        pytest.param({"urls": {"api": {"mix": "https://stub.invalid/get"}}}, id="other addresses"),
        pytest.param({"has": {"createOrder": True}, "options": {"uta": False}}, id="capabilities"),
    ],
)
async def test_exchange_config_cannot_switch_the_guard_off(
    exchange: str, session: StubSession, config: dict[str, Any]
) -> None:
    client = built(exchange, session, **config)
    with pytest.raises((RequestRefused, TypeError)):
        await client.privateMixPostV2MixOrderPlaceOrder({"symbol": "BTCUSDT"})
    assert session.requests == []
    await client.close()


@pytest.mark.parametrize("exchange", ["bitget"])
async def test_request_that_was_not_signed_is_refused(exchange: str, session: StubSession) -> None:
    client = built(exchange, session)
    with pytest.raises(RequestRefused, match=r"^bitget: POST node\.invalid is not known to only read"):
        await client.fetch("https://node.invalid/5ecret", "POST", {}, "{}")
    assert session.requests == []
    await client.close()


@pytest.mark.parametrize("exchange", ["bybit"])
async def test_refusal_is_logged_once_and_reported_each_time(
    exchange: str, session: StubSession, caplog: pytest.LogCaptureFixture
) -> None:
    client = built(exchange, session)
    reason = "bybit: POST v5/order/create is not known to only read and was not sent: please report this"
    for _ in range(3):
        with pytest.raises(RequestRefused) as refused, translate_errors("bybit"):
            await client.privatePostV5OrderCreate({"symbol": "5ecret"})
        assert str(refused.value) == reason
        assert not isinstance(refused.value, UsageError)  # it does not end the process
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [reason]
    await client.close()
