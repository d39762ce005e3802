"""Each fault does to a real ccxt client what it is known to do."""

import asyncio
from typing import Any

import aiohttp
import ccxt
import pytest

from dashboard.demo import EVERY

SWAP = "BTC/USDT:USDT"
MOMENT = 0.3
"""Seconds in which nothing must happen."""


async def next_ticker(client) -> "asyncio.Task[Any]":
    """A watcher that already waits."""
    waiting = asyncio.create_task(client.watch_ticker(SWAP))
    await asyncio.sleep(0)
    return waiting


async def open_websocket(exchange) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A websocket as TCP sees it, upgraded, with nobody who reads it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
    writer.write(
        b"GET /v2/ws/public HTTP/1.1\r\nHost: demo\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


@pytest.fixture
async def hasty(connect):
    """A client that gives a silent socket up after 0.3 seconds."""
    client = connect(keep_alive=100)
    await client.load_markets()
    return client


@pytest.fixture
async def crashes() -> list[BaseException]:
    """What has killed ccxt's receive loop."""
    found: list[BaseException] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, it: found.append(it["exception"]))
    return found


@pytest.mark.parametrize("code", [1000, 1001, 1011, None])
async def test_a_dropped_connection_wakes_the_watcher_and_heals(exchange, client, code):
    await client.watch_ticker(SWAP)
    waiting = await next_ticker(client)
    await exchange.drop(code)
    with pytest.raises(ccxt.NetworkError):
        await asyncio.wait_for(waiting, 1)
    assert (await client.watch_ticker(SWAP))["last"] > 0
    assert exchange.subscriptions == 2


async def test_a_reset_is_one(exchange):
    reader, _ = await open_websocket(exchange)
    await exchange.drop(None)
    with pytest.raises(ConnectionResetError):
        await reader.read()


async def test_a_silent_socket_times_out(exchange, hasty):
    exchange.faults.ws.silent = True
    with pytest.raises(ccxt.RequestTimeout):
        await asyncio.wait_for(hasty.watch_ticker(SWAP), 1)
    assert exchange.subscriptions == 1


async def test_pongs_without_data_never_raise(exchange, hasty):
    exchange.faults.ws.no_data = True
    waiting = await next_ticker(hasty)
    done, _ = await asyncio.wait([waiting], timeout=0.6)
    assert not done
    exchange.faults.clear()
    await exchange.send_updates()
    assert (await asyncio.wait_for(waiting, 1))["last"] > 0


async def test_muted_instrument_is_subscribed_and_receives_no_data(exchange, client):
    exchange.faults.ws.muted_instruments.add("BTCUSDT")
    waiting = await next_ticker(client)
    assert (await asyncio.wait_for(client.watch_ticker("ETH/USDT:USDT"), 1))["last"] > 0
    await exchange.publish("BTCUSDT", lastPr="63000")
    assert exchange.subscriptions == 2
    assert not waiting.done()
    exchange.faults.clear()
    await exchange.send_updates()
    assert (await asyncio.wait_for(waiting, 1))["last"] == 63000


@pytest.mark.parametrize(
    ("fault", "crash"),
    [("truncated_json", ValueError), ("null_data", TypeError), ("binary", UnicodeDecodeError)],
)
async def test_a_broken_frame_kills_the_receive_loop(exchange, hasty, crashes, fault, crash):
    await hasty.watch_ticker(SWAP)
    waiting = await next_ticker(hasty)
    if fault == "binary":
        await exchange.send(b"\xff\xfe")
    else:
        setattr(exchange.faults.ws, fault, True)
    await exchange.publish("BTCUSDT", lastPr="63000")
    await exchange.publish("BTCUSDT", lastPr="63001")
    with pytest.raises(ccxt.RequestTimeout):
        await asyncio.wait_for(waiting, 1)
    assert isinstance(crashes[0], crash)
    assert (await hasty.watch_ticker(SWAP))["last"] == 63001


async def test_after_a_broken_frame_a_close_is_noticed_by_the_ping_alone_and_is_no_error_of_ccxt(
    exchange, hasty, crashes
):
    waiting = await next_ticker(hasty)
    exchange.faults.ws.null_data = EVERY
    await exchange.publish("BTCUSDT", lastPr="63000")
    while not crashes:  # noqa: ASYNC110 - ccxt tells nobody
        await asyncio.sleep(0.001)
    await exchange.drop(1001)
    with pytest.raises(aiohttp.ClientConnectionResetError):
        await asyncio.wait_for(waiting, 1)


@pytest.mark.parametrize("text", ['{"event":"dance"}', "hello", '{"action":"snapshot","arg":{},"data":[]}'])
async def test_frames_that_mean_nothing_are_ignored(exchange, client, text):
    await client.watch_ticker(SWAP)
    waiting = await next_ticker(client)
    await exchange.send(text)
    await exchange.publish("BTCUSDT", lastPr="63000")
    assert (await asyncio.wait_for(waiting, 1))["last"] == 63000


async def test_a_refused_subscription_raises_once_and_then_hangs(exchange, client):
    exchange.faults.ws.refuse_subscription = True
    with pytest.raises(ccxt.BadRequest, match="30001"):
        await client.watch_ticker(SWAP)
    exchange.faults.clear()
    waiting = await next_ticker(client)
    done, _ = await asyncio.wait([waiting], timeout=MOMENT)
    assert not done
    assert exchange.subscriptions == 1
    # What cures it: forget the subscription.
    [connection] = client.clients.values()
    connection.subscriptions.pop(f"ticker:{SWAP}")
    again = await next_ticker(client)
    assert (await asyncio.wait_for(again, 1))["last"] > 0


@pytest.mark.parametrize("status", [401, 503])
async def test_a_refused_handshake_is_a_network_error(exchange, client, status):
    exchange.faults.ws.refuse_handshake = status
    with pytest.raises(ccxt.NetworkError, match=str(status)):
        await client.watch_ticker(SWAP)
    exchange.faults.clear()
    assert (await asyncio.wait_for(client.watch_ticker(SWAP), 1))["last"] > 0


async def test_retry_after_is_honoured(exchange, client):
    exchange.faults.ws.refuse_handshake = 429
    exchange.faults.ws.retry_after_s = 7
    with pytest.raises(ccxt.NetworkError, match="429"):
        await client.watch_ticker(SWAP)
    assert 6 < client.ws_dial_delay(f"{exchange.ws_url}/v2/ws/public") <= 7


async def test_a_hanging_handshake_times_out(exchange, client):
    exchange.faults.ws.hang_handshake = True
    with pytest.raises(ccxt.RequestTimeout):
        await asyncio.wait_for(client.watch_ticker(SWAP), 2)
    assert exchange.connections == 0


async def test_refused_connections_and_their_return(exchange, client):
    port = exchange.port
    await exchange.refuse()
    await exchange.drop(None)
    with pytest.raises(ccxt.NetworkError):
        await client.watch_ticker(SWAP)
    with pytest.raises(ccxt.ExchangeNotAvailable):
        await client.fetch_ticker(SWAP)
    await exchange.accept_again()
    assert exchange.port == port
    assert (await client.fetch_ticker(SWAP))["last"] > 0
    assert (await asyncio.wait_for(client.watch_ticker(SWAP), 2))["last"] > 0


async def test_faults_can_be_set_before_the_start_and_together(exchange, connect):
    await exchange.stop()
    exchange.faults.ws.refuse_handshake = 503
    exchange.faults.rest_at("/api/v2/mix/market/ticker").status = 500
    await exchange.start()
    client = connect()
    await client.load_markets()
    with pytest.raises(ccxt.NetworkError):
        await client.watch_ticker(SWAP)
    with pytest.raises(ccxt.ExchangeNotAvailable):
        await client.fetch_ticker(SWAP)


async def test_a_stalled_reader_does_not_hold_up_the_others(exchange, client):
    """A client that reads nothing fills its buffers and then misses frames."""
    _, writer = await open_websocket(exchange)
    await client.watch_ticker(SWAP)
    waiting = await next_ticker(client)
    for _ in range(400):
        await asyncio.wait_for(exchange.send("." * 20_000), 1)
    await exchange.publish("BTCUSDT", lastPr="63000")
    assert (await asyncio.wait_for(waiting, 1))["last"] == 63000
    writer.transport.abort()
