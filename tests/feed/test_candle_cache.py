"""CandleCache: one request for all pages, and nothing kept for what does not exist."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from dashboard.demo.thread import DemoThread, running_demo
from dashboard.errors import ExchangeLacks
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.candle_cache import CandleCache
from tests.domain.builders import instrument


@pytest.fixture
def demo() -> Iterator[DemoThread]:
    with running_demo(tick_interval_s=None) as running:
        yield running


@pytest.fixture
async def client(demo: DemoThread) -> AsyncIterator[ExchangeClient]:
    config = demo.exchange.ccxt_config() | {"enableRateLimit": False, "timeout_on_exit": 0}
    client = ExchangeClient(Credentials("bitget", config=config))
    yield client
    await client.close()


async def test_simultaneous_pages_share_one_request(client: ExchangeClient) -> None:
    market, cache = await client.resolve_instrument("BTCUSDT"), CandleCache(client)
    first, *others = await asyncio.gather(*(cache.candles(market, "5m") for _ in range(5)))
    assert first
    assert all(candles is first for candles in others)


async def test_invented_timeframes_leave_nothing_behind() -> None:
    """They come from the address bar of any page."""
    cache = CandleCache(ExchangeClient(Credentials("bitget")))
    for number in range(100):
        with pytest.raises(ExchangeLacks, match=rf"^bitget has no {number}x candles$"):
            await cache.candles(instrument(), f"{number}x")
    assert not cache._locks
