"""A demo exchange whose prices change only when a test publishes them, and real ccxt clients for it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import ccxt.pro
import pytest

from dashboard.demo import DemoExchange

Connect = Callable[..., Any]


@pytest.fixture
async def exchange() -> AsyncIterator[DemoExchange]:
    exchange = DemoExchange(tick_interval_s=None)
    await exchange.start()
    yield exchange
    await exchange.stop()


@pytest.fixture
async def connect(exchange) -> AsyncIterator[Connect]:
    """Creates clients of the exchange with additional constructor options; `keep_alive` is in ms."""
    clients = []

    def make(*, keys: bool = False, keep_alive: int = 30_000, **options: object) -> Any:
        streaming = {"keepAlive": keep_alive, "maxPingPongMisses": 2, "connectionTimeout": 1000}
        quick = {"enableRateLimit": False, "timeout": 2000, "timeout_on_exit": 0, "streaming": streaming}
        client = ccxt.pro.bitget({**exchange.ccxt_config(keys=keys), **quick, **options})
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
async def client(connect) -> Any:
    """A client without keys, with markets loaded."""
    client = connect()
    await client.load_markets()
    return client


@pytest.fixture
async def owner(connect) -> Any:
    """A client with the account's keys and markets loaded, which keeps numbers as text."""
    client = connect(keys=True, number=str)
    await client.load_markets()
    return client
