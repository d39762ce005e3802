"""Effects of each websocket fault on a real ccxt client."""

import asyncio
from typing import Any

import aiohttp
import ccxt
import pytest

from dashboard.demo import EVERY
from tests.waiting import TIMEOUT_S

SWAP = "BTC/USDT:USDT"
QUIET_S = 0.3
"""Duration in which nothing must happen."""


async def next_ticker(client) -> "asyncio.Task[Any]":
    """A task that already waits for the next ticker."""
    waiting = asyncio.create_task(client.watch_ticker(SWAP))
    await asyncio.sleep(0)
    return waiting


async def open_websocket(exchange) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The TCP connection of an upgraded websocket that is not read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
    writer.write(
        b"GET /v2/ws/public HTTP/1.1\r\nHost: demo\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


@pytest.fixture
async def impatient_client(connect):
    """A client that times out after 0.3 s without a pong."""
    client = connect(keep_alive=100)
    await client.load_markets()
    return client


@pytest.fixture
async def crashes() -> list[BaseException]:
    """Exceptions that ended ccxt's receive loop."""
    found: list[BaseException] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: found.append(context["exception"])
    )
    return found


@pytest.mark.parametrize("code", [1000, 1001, 1011, None])
async def test_dropped_connection_raises_in_the_watcher_and_reconnects(exchange, client, code):
    await client.watch_ticker(SWAP)
    waiting = await next_ticker(client)
    await exchange.drop(code)
    with pytest.raises(ccxt.NetworkError):
        await asyncio.wait_for(waiting, TIMEOUT_S)
    assert (await client.watch_ticker(SWAP))["last"] > 0
    assert exchange.subscriptions == 2


async def test_drop_without_code_resets_the_connection(exchange):
    reader, _ = await open_websocket(exchange)
    await exchange.drop(None)
    with pytest.raises(ConnectionResetError):
        await reader.read()


async def test_silent_websocket_times_out(exchange, impatient_client):
    exchange.faults.ws.silent = True
    with pytest.raises(ccxt.RequestTimeout):
        await asyncio.wait_for(impatient_client.watch_ticker(SWAP), TIMEOUT_S)
    assert exchange.subscriptions == 1


async def test_pongs_without_data_never_raise(exchange, impatient_client):
    exchange.faults.ws.no_data = True
    waiting = await next_ticker(impatient_client)
    done, _ = await asyncio.wait([waiting], timeout=0.6)
    assert not done
    exchange.faults.clear()
    await exchange.send_updates()
    assert (await asyncio.wait_for(waiting, TIMEOUT_S))["last"] > 0


async def test_muted_instrument_is_subscribed_and_receives_no_data(exchange, client):
    exchange.faults.ws.muted_instruments.add("BTCUSDT")
    waiting = await next_ticker(client)
    assert (await asyncio.wait_for(client.watch_ticker("ETH/USDT:USDT"), TIMEOUT_S))["last"] > 0
    await exchange.publish("BTCUSDT", lastPr="63000")
    assert exchange.subscriptions == 2
    assert not waiting.done()
    exchange.faults.clear()
    await exchange.send_updates()
    assert (await asyncio.wait_for(waiting, TIMEOUT_S))["last"] == 63000


@pytest.mark.parametrize(
    ("fault", "crash"),
    [("truncated_json", ValueError), ("null_data", TypeError), ("binary", UnicodeDecodeError)],
)
async def test_broken_frame_ends_the_receive_loop_of_ccxt(exchange, impatient_client, crashes, fault, crash):
    await impatient_client.watch_ticker(SWAP)
    waiting = await next_ticker(impatient_client)
    if fault == "binary":
        await exchange.send(b"\xff\xfe")
    else:
        setattr(exchange.faults.ws, fault, True)
    await exchange.publish("BTCUSDT", lastPr="63000")
    await exchange.publish("BTCUSDT", lastPr="63001")
    with pytest.raises(ccxt.RequestTimeout):
        await asyncio.wait_for(waiting, TIMEOUT_S)
    assert isinstance(crashes[0], crash)
    assert (await impatient_client.watch_ticker(SWAP))["last"] == 63001


async def test_close_after_a_broken_frame_raises_an_aiohttp_error(exchange, impatient_client, crashes):
    """ccxt's receive loop has ended, so that only its next ping notices the close."""
    waiting = await next_ticker(impatient_client)
    exchange.faults.ws.null_data = EVERY
    await exchange.publish("BTCUSDT", lastPr="63000")
    while not crashes:  # noqa: ASYNC110 - ccxt has no event for it
        await asyncio.sleep(0.001)
    await exchange.drop(1001)
    with pytest.raises(aiohttp.ClientConnectionResetError):
        await asyncio.wait_for(waiting, TIMEOUT_S)


@pytest.mark.parametrize("text", ['{"event":"dance"}', "hello", '{"action":"snapshot","arg":{},"data":[]}'])
async def test_meaningless_frames_are_ignored(exchange, client, text):
    await client.watch_ticker(SWAP)
    waiting = await next_ticker(client)
    await exchange.send(text)
    await exchange.publish("BTCUSDT", lastPr="63000")
    assert (await asyncio.wait_for(waiting, TIMEOUT_S))["last"] == 63000


async def test_refused_subscription_raises_once_and_then_hangs(exchange, client):
    exchange.faults.ws.refuse_subscription = True
    with pytest.raises(ccxt.BadRequest, match="30001"):
        await client.watch_ticker(SWAP)
    exchange.faults.clear()
    waiting = await next_ticker(client)
    done, _ = await asyncio.wait([waiting], timeout=QUIET_S)
    assert not done
    assert exchange.subscriptions == 1
    # Workaround: remove the subscription from ccxt.
    [connection] = client.clients.values()
    connection.subscriptions.pop(f"ticker:{SWAP}")
    retried = await next_ticker(client)
    assert (await asyncio.wait_for(retried, TIMEOUT_S))["last"] > 0


@pytest.mark.parametrize("status", [401, 503])
async def test_refused_handshake_raises_a_network_error(exchange, client, status):
    exchange.faults.ws.refuse_handshake = status
    with pytest.raises(ccxt.NetworkError, match=str(status)):
        await client.watch_ticker(SWAP)
    exchange.faults.clear()
    assert (await asyncio.wait_for(client.watch_ticker(SWAP), TIMEOUT_S))["last"] > 0


async def test_retry_after_header_delays_the_next_connection(exchange, client):
    exchange.faults.ws.refuse_handshake = 429
    exchange.faults.ws.retry_after_s = 7
    with pytest.raises(ccxt.NetworkError, match="429"):
        await client.watch_ticker(SWAP)
    assert 6 < client.ws_dial_delay(f"{exchange.ws_url}/v2/ws/public") <= 7


async def test_hanging_handshake_times_out(exchange, connect):
    client = connect(handshake=1_000)
    await client.load_markets()
    exchange.faults.ws.hang_handshake = True
    with pytest.raises(ccxt.RequestTimeout):
        await asyncio.wait_for(client.watch_ticker(SWAP), TIMEOUT_S)
    assert exchange.connections == 0


async def test_client_reconnects_after_connections_were_refused(exchange, client):
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
    assert (await asyncio.wait_for(client.watch_ticker(SWAP), TIMEOUT_S))["last"] > 0


async def test_faults_can_be_combined_and_set_before_the_start(exchange, connect):
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


async def test_stalled_reader_does_not_delay_the_others(exchange, client):
    """A client that reads nothing fills its buffers and then misses frames."""
    _, writer = await open_websocket(exchange)
    await client.watch_ticker(SWAP)
    waiting = await next_ticker(client)
    for _ in range(400):
        await asyncio.wait_for(exchange.send("." * 20_000), TIMEOUT_S)
    await exchange.publish("BTCUSDT", lastPr="63000")
    assert (await asyncio.wait_for(waiting, TIMEOUT_S))["last"] == 63000
    writer.transport.abort()
