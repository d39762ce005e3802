"""MarketFeed: it ends when it is cancelled, whatever happens at that moment."""

import asyncio

from dashboard.domain.events import FeedEvent
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.market_feed import FeedTimeouts, MarketFeed
from dashboard.feed.socket_guard import SocketGuard
from tests.domain.builders import instrument
from tests.exchange.builders import market
from tests.waiting import TIMEOUT_S

REFUSED = {"urls": {"api": {"ws": {"public": "ws://127.0.0.1:9"}}}}
"""No server listens there."""


async def test_cancellation_while_the_stream_breaks_ends_the_feed() -> None:
    """`asyncio.wait_for` of Python 3.11 would ignore it."""
    client, events = ExchangeClient(Credentials("bitget", config=REFUSED)), list[FeedEvent]()
    client._ccxt.set_markets([market("BTC/USDT:USDT", "BTCUSDT")])
    feed = MarketFeed(
        client,
        instrument(),
        events.append,
        guard=SocketGuard(client, silence_ms=1_000, first_wait_ms=1_000),
        polling_interval_ms=60_000,
        use_websocket=True,
        timeouts=FeedTimeouts(head_start_ms=60_000),
    )
    running = asyncio.create_task(feed.run())
    for _ in range(3):  # until it waits
        await asyncio.sleep(0)
    feed._stream_broke.set()
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=TIMEOUT_S)
    assert done == {running}
    await client.close()
