import asyncio
import json
from dataclasses import replace

import aiohttp
import ccxt
import pytest

from dashboard.demo import DemoExchange

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"


async def test_a_ticker_comes_at_once_and_then_with_each_price(exchange, client):
    first = await client.watch_ticker(SWAP)
    assert first["info"]["markPrice"]
    waiting = asyncio.ensure_future(client.watch_ticker(SWAP))
    await asyncio.sleep(0)
    await exchange.publish("BTCUSDT", lastPr="64321.5", markPrice="64320")
    ticker = await waiting
    assert (ticker["last"], ticker["info"]["markPrice"]) == (64321.5, "64320")
    assert (ticker["bid"], ticker["ask"]) == (64321.4, 64321.6)
    assert (exchange.subscriptions, exchange.connections) == (1, 1)


async def test_spot_and_contract_of_one_id_are_two(exchange, client):
    await exchange.publish("BTCUSDT", lastPr="100")
    await exchange.publish("BTCUSDT", product="SPOT", lastPr="200")
    assert (await client.watch_ticker(SWAP))["last"] == 100
    spot = await client.watch_ticker(SPOT)
    assert spot["last"] == 200
    assert "markPrice" not in spot["info"]


async def test_a_field_can_be_taken_away(exchange, client):
    await exchange.publish("BTCUSDT", markPrice=None, bidPr=None)
    ticker = await client.watch_ticker(SWAP)
    assert "markPrice" not in ticker["info"]
    assert ticker["bid"] is None
    assert ticker["ask"] is not None


@pytest.mark.parametrize("nonsense", ["", "0", "-1", "NaN", "abc", "1e3"])
async def test_nonsense_is_sent_as_it_is_and_does_the_exchange_no_harm(exchange, client, nonsense):
    topic = {"instType": "USDT-FUTURES", "channel": "ticker", "instId": "BTCUSDT"}
    await exchange.publish("BTCUSDT", lastPr=nonsense, markPrice=nonsense)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{exchange.ws_url}/v2/ws/public") as ws,
    ):
        await ws.send_json({"op": "subscribe", "args": [topic]})
        await ws.receive_json()
        [ticker] = (await ws.receive_json())["data"]
    assert (ticker["lastPr"], ticker["markPrice"]) == (nonsense, nonsense)
    assert (await client.fetch_order_book(SWAP))["bids"][0][0] > 0
    assert len(await client.fetch_ohlcv(SWAP, limit=5)) == 5


async def test_prices_move_by_themselves(connect):
    exchange = DemoExchange(tick_interval_s=0.02)
    await exchange.start()
    client = ccxt.pro.bitget(
        exchange.ccxt_config(keys=False) | {"enableRateLimit": False, "timeout_on_exit": 0}
    )
    try:
        prices: set[float] = set()
        async with asyncio.timeout(5):
            while len(prices) < 3:
                prices.add((await client.watch_ticker("BTC/USDT:USDT"))["last"])
    finally:
        await client.close()
        await exchange.stop()


async def test_a_recorded_frame_is_replayed(exchange, client):
    await client.watch_ticker(SWAP)
    waiting = asyncio.ensure_future(client.watch_ticker(SWAP))
    await asyncio.sleep(0)
    row = {"instId": "BTCUSDT", "lastPr": "1.5", "markPrice": "1.25", "ts": "1730332823217"}
    arg = {"instType": "USDT-FUTURES", "channel": "ticker", "instId": "BTCUSDT"}
    frame = {"action": "snapshot", "arg": arg, "data": [row], "ts": 1730332823221}
    await exchange.send(json.dumps(frame))
    assert (await waiting)["info"] == row


async def test_candles_trades_and_books(exchange, client):
    candles = await client.watch_ohlcv(SWAP, "1m")
    assert candles[-1][4] == (await client.fetch_ticker(SWAP))["last"]
    assert len(await client.watch_trades(SWAP)) == 50
    assert len((await client.watch_order_book(SWAP, 15))["bids"]) == 15
    waiting = asyncio.ensure_future(client.watch_ohlcv(SWAP, "1m"))
    await asyncio.sleep(0)
    await exchange.publish("BTCUSDT", lastPr="70000")
    assert (await waiting)[-1][4] == 70000


async def test_a_growing_book_keeps_its_checksum(exchange, client):
    """ccxt raises ChecksumError if its book is not ours after an update."""
    await client.watch_order_book("ETH/USDT:USDT")
    for last in ("3000", "3000.05", "2999.5", "3000.02"):
        waiting = asyncio.ensure_future(client.watch_order_book("ETH/USDT:USDT"))
        await asyncio.sleep(0)
        await exchange.publish("ETHUSDT", lastPr=last)
        book = await waiting
        fresh = await client.fetch_order_book("ETH/USDT:USDT", 200)
        assert (book["bids"][0][0], book["asks"][0][0]) == (fresh["bids"][0][0], fresh["asks"][0][0])
        assert len(book["bids"]) == len(book["asks"]) == 200


async def test_an_unsubscribed_topic_sends_no_more(exchange):
    topic = {"instType": "USDT-FUTURES", "channel": "ticker", "instId": "BTCUSDT"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{exchange.ws_url}/v2/ws/public") as ws,
    ):
        await ws.send_json({"op": "subscribe", "args": [topic]})
        assert await ws.receive_json() == {"event": "subscribe", "arg": topic}
        assert (await ws.receive_json())["action"] == "snapshot"
        await ws.send_json({"op": "unsubscribe", "args": [topic]})
        assert await ws.receive_json() == {"event": "unsubscribe", "arg": topic}
        await exchange.publish("BTCUSDT", lastPr="1")
        await ws.send_str("ping")
        assert await ws.receive_str() == "pong"


@pytest.mark.parametrize(
    ("request_text", "code"),
    [
        ("nonsense", 30003),
        ('{"op":"dance","args":[{}]}', 30003),
        ('{"op":"subscribe"}', 30003),
        ('{"op":"subscribe","args":["ticker"]}', 30003),
        ('{"op":"subscribe","args":[{"instType":"SPOT","channel":"ticker","instId":"NOPE"}]}', 30001),
        ('{"op":"subscribe","args":[{"instType":"SPOT","channel":"dance","instId":"BTCUSDT"}]}', 30001),
        ('{"op":"subscribe","args":[{"instType":"SPOT","channel":"candle7m","instId":"BTCUSDT"}]}', 30001),
    ],
)
async def test_a_wrong_request_gets_bitgets_error(exchange, request_text, code):
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{exchange.ws_url}/v2/ws/public") as ws,
    ):
        await ws.send_str(request_text)
        answer = await ws.receive_json()
        assert (answer["event"], answer["code"]) == ("error", code)


async def test_positions_come_on_login_and_when_they_change(exchange, connect):
    client = connect(keys=True)
    await client.load_markets()
    [position] = await client.watch_positions()
    assert (position["symbol"], position["contracts"]) == (SWAP, 0.5)
    waiting = asyncio.ensure_future(client.watch_positions())
    await asyncio.sleep(0)
    exchange.account.positions = [replace(exchange.account.positions[0], leverage=10)]
    await exchange.send_updates()
    [position] = await asyncio.wait_for(waiting, 2)
    assert position["leverage"] == 10


@pytest.mark.parametrize(
    ("wrong", "code"), [({"apiKey": "x"}, "30011"), ({"password": "x"}, "30012"), ({"secret": "x"}, "30015")]
)
async def test_a_wrong_login_is_refused(connect, wrong, code):
    client = connect(keys=True, **wrong)
    await client.load_markets()
    with pytest.raises(ccxt.AuthenticationError, match=code):
        await client.watch_positions()


async def test_private_topics_need_a_login(exchange):
    topic = {"instType": "USDT-FUTURES", "channel": "positions", "instId": "default"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{exchange.ws_url}/v2/ws/private") as ws,
    ):
        await ws.send_json({"op": "subscribe", "args": [topic]})
        assert (await ws.receive_json())["code"] == 30004
