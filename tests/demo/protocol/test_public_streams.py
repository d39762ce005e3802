import asyncio
import json

import aiohttp
import ccxt
import pytest

from dashboard.demo import DemoExchange
from tests.waiting import TIMEOUT_S

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"


async def test_ticker_is_sent_at_once_and_with_each_price(exchange, client):
    first = await client.watch_ticker(SWAP)
    assert first["info"]["markPrice"]
    waiting = asyncio.ensure_future(client.watch_ticker(SWAP))
    await asyncio.sleep(0)
    await exchange.publish("BTCUSDT", lastPr="64321.5", markPrice="64320")
    ticker = await waiting
    assert (ticker["last"], ticker["info"]["markPrice"]) == (64321.5, "64320")
    assert (ticker["bid"], ticker["ask"]) == (64321.4, 64321.6)
    assert (exchange.subscriptions, exchange.connections) == (1, 1)


async def test_spot_and_contract_of_one_id_have_separate_tickers(exchange, client):
    await exchange.publish("BTCUSDT", lastPr="100")
    await exchange.publish("BTCUSDT", product="SPOT", lastPr="200")
    assert (await client.watch_ticker(SWAP))["last"] == 100
    spot = await client.watch_ticker(SPOT)
    assert spot["last"] == 200
    assert "markPrice" not in spot["info"]


async def test_field_published_as_none_is_missing(exchange, client):
    await exchange.publish("BTCUSDT", markPrice=None, bidPr=None)
    ticker = await client.watch_ticker(SWAP)
    assert "markPrice" not in ticker["info"]
    assert ticker["bid"] is None
    assert ticker["ask"] is not None


@pytest.mark.parametrize("invalid", ["", "0", "-1", "NaN", "abc", "1e3"])
async def test_invalid_price_is_sent_verbatim_and_does_not_break_the_exchange(exchange, client, invalid):
    topic = {"instType": "USDT-FUTURES", "channel": "ticker", "instId": "BTCUSDT"}
    await exchange.publish("BTCUSDT", lastPr=invalid, markPrice=invalid)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{exchange.ws_url}/v2/ws/public") as ws,
    ):
        await ws.send_json({"op": "subscribe", "args": [topic]})
        await ws.receive_json()
        [ticker] = (await ws.receive_json())["data"]
    assert (ticker["lastPr"], ticker["markPrice"]) == (invalid, invalid)
    assert (await client.fetch_order_book(SWAP))["bids"][0][0] > 0
    assert len(await client.fetch_ohlcv(SWAP, limit=5)) == 5


async def test_prices_change_with_each_tick(connect):
    exchange = DemoExchange(tick_interval_s=0.02)
    await exchange.start()
    client = ccxt.pro.bitget(
        exchange.ccxt_config(keys=False) | {"enableRateLimit": False, "timeout_on_exit": 0}
    )
    try:
        prices: set[float] = set()
        async with asyncio.timeout(TIMEOUT_S):
            while len(prices) < 3:
                prices.add((await client.watch_ticker("BTC/USDT:USDT"))["last"])
    finally:
        await client.close()
        await exchange.stop()


async def test_recorded_frame_is_sent_verbatim(exchange, client):
    await client.watch_ticker(SWAP)
    waiting = asyncio.ensure_future(client.watch_ticker(SWAP))
    await asyncio.sleep(0)
    row = {"instId": "BTCUSDT", "lastPr": "1.5", "markPrice": "1.25", "ts": "1730332823217"}
    arg = {"instType": "USDT-FUTURES", "channel": "ticker", "instId": "BTCUSDT"}
    frame = {"action": "snapshot", "arg": arg, "data": [row], "ts": 1730332823221}
    await exchange.send(json.dumps(frame))
    assert (await waiting)["info"] == row


async def test_candles_trades_and_order_books_are_streamed(exchange, client):
    candles = await client.watch_ohlcv(SWAP, "1m")
    assert candles[-1][4] == (await client.fetch_ticker(SWAP))["last"]
    assert len(await client.watch_trades(SWAP)) == 50
    assert len((await client.watch_order_book(SWAP, 15))["bids"]) == 15
    waiting = asyncio.ensure_future(client.watch_ohlcv(SWAP, "1m"))
    await asyncio.sleep(0)
    await exchange.publish("BTCUSDT", lastPr="70000")
    assert (await waiting)[-1][4] == 70000


async def test_order_book_matches_its_checksum_after_updates(exchange, client):
    """ccxt raises ChecksumError if its book differs from the exchange's after an update."""
    await client.watch_order_book("ETH/USDT:USDT")
    for last in ("3000", "3000.05", "2999.5", "3000.02"):
        waiting = asyncio.ensure_future(client.watch_order_book("ETH/USDT:USDT"))
        await asyncio.sleep(0)
        await exchange.publish("ETHUSDT", lastPr=last)
        book = await waiting
        by_rest = await client.fetch_order_book("ETH/USDT:USDT", 200)
        assert (book["bids"][0][0], book["asks"][0][0]) == (by_rest["bids"][0][0], by_rest["asks"][0][0])
        assert len(book["bids"]) == len(book["asks"]) == 200
