import asyncio
from dataclasses import replace

import aiohttp
import ccxt
import pytest

from tests.waiting import TIMEOUT_S

SWAP = "BTC/USDT:USDT"


async def test_unsubscribed_topic_sends_nothing(exchange):
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
async def test_invalid_request_gets_bitgets_error(exchange, request_text, code):
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{exchange.ws_url}/v2/ws/public") as ws,
    ):
        await ws.send_str(request_text)
        answer = await ws.receive_json()
        assert (answer["event"], answer["code"]) == ("error", code)


async def test_positions_are_sent_after_login_and_on_change(exchange, connect):
    client = connect(keys=True)
    await client.load_markets()
    [position] = await client.watch_positions()
    assert (position["symbol"], position["contracts"]) == (SWAP, 0.5)
    waiting = asyncio.ensure_future(client.watch_positions())
    await asyncio.sleep(0)
    exchange.account.positions = [replace(exchange.account.positions[0], leverage=10)]
    await exchange.send_updates()
    [position] = await asyncio.wait_for(waiting, TIMEOUT_S)
    assert position["leverage"] == 10


@pytest.mark.parametrize(
    ("wrong", "code"), [({"apiKey": "x"}, "30011"), ({"password": "x"}, "30012"), ({"secret": "x"}, "30015")]
)
async def test_login_with_wrong_credentials_is_refused(connect, wrong, code):
    client = connect(keys=True, **wrong)
    await client.load_markets()
    with pytest.raises(ccxt.AuthenticationError, match=code):
        await client.watch_positions()


async def test_private_topic_requires_a_login(exchange):
    topic = {"instType": "USDT-FUTURES", "channel": "positions", "instId": "default"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{exchange.ws_url}/v2/ws/private") as ws,
    ):
        await ws.send_json({"op": "subscribe", "args": [topic]})
        assert (await ws.receive_json())["code"] == 30004
