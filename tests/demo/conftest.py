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
    """Creates clients of the exchange with additional constructor options; times are in ms."""
    clients = []

    def make(
        *, keys: bool = False, keep_alive: int = 30_000, handshake: int = 30_000, **options: object
    ) -> Any:
        streaming = {"keepAlive": keep_alive, "maxPingPongMisses": 2, "connectionTimeout": handshake}
        quick = {"enableRateLimit": False, "timeout_on_exit": 0, "streaming": streaming}
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
