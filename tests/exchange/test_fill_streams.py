"""Streams of fills, on ccxt's own objects with a session that records what they send."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from ccxt.base.errors import AccountNotEnabled, NetworkError

from dashboard.domain.position import Side
from dashboard.exchange.adapters.adapter_registry import adapter_for
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.fill_streams import FillStreams
from tests.exchange.accounts.gate.gate_rows import POSITION as GATE_POSITION
from tests.exchange.adapters.test_requests import stub_request
from tests.exchange.builders import instrument_of
from tests.exchange.listed_markets import MARKETS
from tests.exchange.stub_session import StubSession
from tests.exchange.test_request_guard import ACCEPTED, ACCOUNT, built
from tests.waiting import TIMEOUT_S

USDT, COIN, AT = "BTC/USDT:USDT", "BTC/USD:BTC", 1612095165362


@dataclass
class StreamHarness:
    """One exchange's object and the streams of its account."""

    session: StubSession
    exchange: Any
    adapter: AccountAdapter
    streams: FillStreams

    async def watch(self) -> "asyncio.Task[list[Any]]":
        """Returns a task that waits for trades, once all streams are requested."""
        task = asyncio.create_task(self.streams.next_trades())
        await self.session.settled()
        return task

    def push(self, url: str, frame: Any) -> None:
        """Receives a frame on the connection whose URL has this part."""
        (client,) = (each for address, each in self.exchange.clients.items() if url in address)
        self.exchange.handle_message(client, frame)


@pytest.fixture
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[StreamHarness]:
    name: str = request.param
    session = StubSession({**MARKETS[name], **ACCOUNT}, ACCEPTED.get(name))
    exchange = built(name, session, uid=None)
    await exchange.load_markets()
    adapter = adapter_for(exchange)
    yield StreamHarness(session, exchange, adapter, FillStreams(adapter))
    await exchange.close()


def on(exchange: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("harness", [exchange], indirect=True)


def binance_frame(symbol: str, id: int) -> dict[str, Any]:
    order = {
        "s": symbol, "S": "SELL", "o": "MARKET", "x": "TRADE", "X": "FILLED", "i": 9, "l": "1", "L": "60000",
        "q": "1", "n": "0.1", "N": "USDT", "T": AT, "t": id, "m": False, "ps": "BOTH", "rp": "0",
    }  # fmt: skip
    return {"e": "ORDER_TRADE_UPDATE", "E": AT, "T": AT, "o": order}


def symbols(task: "asyncio.Task[list[Any]]") -> list[str]:
    return [row["symbol"] for row in task.result()]


@on("binance")
async def test_binance_has_a_stream_for_each_margin(harness: StreamHarness) -> None:
    keys = {f"/{api}/v1/listenKey": {"listenKey": f"{api}-key"} for api in ("fapi", "dapi")}
    harness.session.answers = {**keys, **harness.session.answers}
    first = await harness.watch()
    harness.push("dapi-key", binance_frame("BTCUSD_PERP", 1))
    await harness.session.settled()
    assert symbols(first) == [COIN]
    second = await harness.watch()
    harness.push("fapi-key", binance_frame("BTCUSDT", 2))
    await harness.session.settled()
    assert symbols(second) == [USDT]
    listen_keys = [each for each in harness.session.requests if "listenKey" in each]
    assert listen_keys == ["POST /fapi/v1/listenKey", "POST /dapi/v1/listenKey"]
    assert not [each for each in harness.session.requests if "positionRisk" in each]


@on("binance")
async def test_listen_key_is_requested_again_in_time(
    harness: StreamHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ccxt renews the key of spot trades instead, so that fills would stop after an hour."""
    monkeypatch.setattr("dashboard.exchange.adapters.binance.LISTEN_KEY_RENEWAL_S", 0.001)
    harness.exchange.options["listenKeyRefreshRate"] = -10_001  # older than that at once
    task = await harness.watch()
    async with asyncio.timeout(TIMEOUT_S):
        while harness.session.requests.count("POST /dapi/v1/listenKey") < 3:
            await harness.session.settled()
    assert not task.done()
    task.cancel()


@on("aster")
async def test_aster_is_streamed_although_ccxt_cannot(harness: StreamHarness) -> None:
    task = await harness.watch()
    update = {"e": "ACCOUNT_UPDATE", "E": AT, "T": AT, "a": {"m": "ORDER", "B": [], "P": []}}
    harness.push("fstream", update)
    harness.push("fstream", binance_frame("BTCUSDT", 1))
    await harness.session.settled()
    assert symbols(task) == [USDT]


@on("binance")
async def test_failure_of_one_stream_ends_the_others(harness: StreamHarness) -> None:
    task = await harness.watch()
    for client in list(harness.exchange.clients.values()):
        client.on_error(NetworkError("gone"))
    await harness.session.settled()
    with pytest.raises(NetworkError):
        task.result()
    assert [each for each in asyncio.all_tasks() if "watch_trades" in repr(each)] == []


@on("binance")
async def test_cancelled_wait_ends_every_stream(harness: StreamHarness) -> None:
    task = await harness.watch()
    task.cancel()
    await harness.session.settled()
    assert [each for each in asyncio.all_tasks() if "watch_trades" in repr(each)] == []


# --- KuCoin


@on("kucoin")
async def test_kucoin_streams_trades_of_contracts(harness: StreamHarness) -> None:
    harness.exchange.options["uta"] = False
    task = await harness.watch()
    assert [message["topic"] for message in harness.session.messages] == ["/contractMarket/tradeOrders"]
    data = {
        "symbol": "XBTUSDTM", "orderType": "market", "side": "sell", "orderId": "5", "liquidity": "taker",
        "type": "match", "orderTime": AT, "size": "2", "filledSize": "2", "price": "0", "matchPrice": "60000",
        "matchSize": "2", "tradeId": "7", "remainSize": "0", "status": "match", "ts": AT * 1_000_000,
    }  # fmt: skip
    topic = "/contractMarket/tradeOrders"
    frame = {"type": "message", "topic": topic, "subject": "orderChange", "data": data}
    harness.push("stub.invalid", frame)
    await harness.session.settled()
    (row,) = task.result()
    fill = harness.adapter.fill(row, instrument_of("kucoin", harness.exchange.markets[USDT]))
    assert fill is not None
    assert (row["symbol"], fill.id, fill.contracts, fill.traded_at, fill.fees) == (USDT, "7", 2, AT, ())


# --- Gate


def gate_frame(contract: str, id: str, **more: Any) -> dict[str, Any]:
    row = {
        "id": id, "create_time": AT // 1000, "create_time_ms": AT, "contract": contract, "order_id": "5",
        "size": "-2", "price": "60000", "role": "taker", "fee": 0.05, "point_fee": 0, "text": "api",
    } | more  # fmt: skip
    return {"time": AT // 1000, "channel": "futures.usertrades", "event": "update", "result": [row]}


@on("gate")
async def test_gate_asks_for_the_user_by_itself(harness: StreamHarness) -> None:
    stub_request(harness.exchange, "privateFuturesGetSettleAccounts", lambda _params: {"user": "5691076"})
    task = await harness.watch()
    sent = harness.session.messages
    assert [message["payload"] for message in sent] == [["5691076", "!all"]] * 3
    assert {message["channel"] for message in sent} == {"futures.usertrades"}
    assert {url.rsplit("/ws/")[1] for url in harness.exchange.clients} == {"usdt", "btc", "delivery/usdt"}
    harness.push("ws/btc", gate_frame("BTC_USD", "8"))
    await harness.session.settled()
    assert symbols(task) == [COIN]


@on("gate")
async def test_gate_user_without_a_futures_account(harness: StreamHarness) -> None:
    def refuse(_params: Any) -> Any:
        raise AccountNotEnabled("please transfer funds first")

    stub_request(harness.exchange, "privateFuturesGetSettleAccounts", refuse)
    stub_request(harness.exchange, "privateAccountGetDetail", lambda _params: {"user_id": 77})
    task = await harness.watch()
    assert harness.exchange.uid == "77"
    task.cancel()


@on("gate")
async def test_gate_fill_in_hedge_mode_is_read_again_for_its_side(
    harness: StreamHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream does not state whether a sale closes a long or opens a short."""
    monkeypatch.setattr("dashboard.exchange.adapters.gate._COMPLETION_DELAYS_S", (0, 0, 0))
    harness.exchange.uid = "1"
    held = GATE_POSITION | {"mode": "dual_long"}
    stub_request(harness.exchange, "privateFuturesGetSettlePositions", lambda _params: [held])
    await harness.adapter.fetch_positions()
    row = {
        "trade_id": "8", "create_time": AT / 1000, "contract": "BTC_USDT", "size": "-2", "close_size": "-2",
        "price": "60000", "fee": "0.05",
    }  # fmt: skip
    pages: list[Any] = [[], [row]]  # listed a little later
    stub_request(harness.exchange, "privateFuturesGetSettleMyTradesTimerange", lambda _params: pages.pop(0))
    task = await harness.watch()
    harness.push("ws/usdt", gate_frame("BTC_USDT", "8"))
    await harness.session.settled()
    (completed,) = task.result()
    fill = harness.adapter.fill(completed, instrument_of("gate", harness.exchange.markets[USDT]))
    assert fill is not None
    assert (fill.id, fill.position_side, fill.hedged) == ("8", Side.LONG, True)
