import asyncio

import ccxt
import pytest

from dashboard.demo import DemoExchange
from dashboard.demo.protocol.fault_injection import FILLS
from tests.waiting import TIMEOUT_S

SWAP = "BTC/USDT:USDT"


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (429, None, ccxt.RateLimitExceeded),
        (429, "429", ccxt.DDoSProtection),
        (200, "429", ccxt.DDoSProtection),
        (500, None, ccxt.ExchangeNotAvailable),
        (502, None, ccxt.ExchangeNotAvailable),
        (503, None, ccxt.ExchangeNotAvailable),
    ],
)
async def test_http_status_raises_a_network_error(exchange, client, status, code, error):
    exchange.faults.rest.status, exchange.faults.rest.code = status, code
    with pytest.raises(error) as raised:
        await client.fetch_ticker(SWAP)
    assert raised.type is error
    assert isinstance(raised.value, ccxt.NetworkError)


async def test_code_50010_is_not_a_network_error(exchange, client):
    exchange.faults.rest.status, exchange.faults.rest.code = 503, "50010"
    with pytest.raises(ccxt.ExchangeError) as raised:
        await client.fetch_ticker(SWAP)
    assert not isinstance(raised.value, ccxt.NetworkError)


async def test_body_is_sent_verbatim(exchange, client):
    exchange.faults.rest.body = '{"code":"40018","msg":"Invalid IP","data":null}'
    with pytest.raises(ccxt.PermissionDenied, match="Invalid IP"):
        await client.fetch_ticker(SWAP)


@pytest.mark.parametrize("fault", ["truncated_json", "empty_data"])
async def test_markets_without_data_stay_empty_until_reloaded(exchange, connect, fault):
    client = connect()
    setattr(exchange.faults.rest, fault, True)
    assert await client.load_markets() == {}
    exchange.faults.clear()
    assert await client.load_markets() == {}
    assert SWAP in await client.load_markets(True)


@pytest.mark.parametrize(("fault", "value"), [("hang", True), ("delay_s", 5.0)])
async def test_slow_or_hanging_request_times_out(exchange, client, fault, value):
    timeout, client.timeout = client.timeout, 100
    setattr(exchange.faults.rest, fault, value)
    with pytest.raises(ccxt.RequestTimeout):
        await client.fetch_ticker(SWAP)
    exchange.faults.clear()
    client.timeout = timeout
    assert (await client.fetch_ticker(SWAP))["last"] > 0


async def test_fault_applies_to_its_prefix_only(exchange, connect):
    client = connect(keys=True)
    exchange.faults.rest_at("/api/v2/mix/position").status = 500
    with pytest.raises(ccxt.ExchangeNotAvailable):
        await client.fetch_positions()
    assert (await client.fetch_ticker(SWAP))["last"] > 0
    exchange.faults.clear()
    assert len(await client.fetch_positions()) == 1


async def test_faults_of_the_longest_prefix_apply(exchange):
    exchange.faults.rest.status = 500
    exchange.faults.rest_at("/api/v2").status = 502
    exchange.faults.rest_at("/api/v2/mix").status = 503
    found = [exchange.faults.rest_for(p).status for p in ("/x", "/api/v2/spot", "/api/v2/mix/market")]
    assert found == [500, 502, 503]


async def test_fault_of_one_instrument_leaves_the_others(exchange, connect):
    client = connect(keys=True)
    faults = exchange.faults.rest_at(FILLS)
    faults.status, faults.symbol = 503, "BTCUSDT"
    with pytest.raises(ccxt.ExchangeNotAvailable):
        await client.fetch_my_trades(SWAP)
    assert await client.fetch_my_trades("ETH/USDT:USDT") == []


async def test_stop_leaves_no_task_connection_or_log_record(caplog):
    before = asyncio.all_tasks()
    exchange = DemoExchange(tick_interval_s=0.01)
    await exchange.start()
    exchange.faults.rest.hang = exchange.faults.ws.hang_handshake = True
    lines = (b"GET /api/v2/public/time HTTP/1.1\r\n", b"GET /v2/ws/public HTTP/1.1\r\nUpgrade: websocket\r\n")
    clients = [await asyncio.open_connection("127.0.0.1", exchange.port) for _ in lines]
    for line, (_, writer) in zip(lines, clients, strict=True):
        writer.write(line + b"Host: demo\r\n\r\n")
    while exchange.requests == []:  # noqa: ASYNC110 - the exchange has no event for it
        await asyncio.sleep(0.001)
    await asyncio.wait_for(exchange.stop(), TIMEOUT_S)
    assert [await reader.read() for reader, _ in clients] == [b"", b""]
    for _, writer in clients:
        writer.close()
        await writer.wait_closed()
    assert asyncio.all_tasks() == before
    assert not caplog.records
