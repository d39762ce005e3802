"""Commands of web workers to the feed, with their results and errors."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle
from dashboard.errors import DashboardError, ExchangeLacks, PositionError
from dashboard.replication import command_client
from dashboard.replication.command_client import CommandClient
from dashboard.replication.commands import COMMAND, Command, CommandType
from dashboard.replication.redis_keys import COMMANDS
from tests.positions.harness import market_key
from tests.redis_server import RedisServer
from tests.replication.harness import FeedStub, published

BAR = Candle(1, Decimal("1.0"), Decimal("2"), Decimal("0.5"), Decimal("1.50"))


async def run(server: RedisServer, command: Callable[[CommandClient], Awaitable[Any]]) -> Any:
    client = CommandClient(server.url)
    try:
        return await command(client)
    finally:
        await client.close()


def feed_with_slow_candles() -> tuple[FeedStub, asyncio.Event]:
    """A feed whose price histories wait for the event."""
    feed, proceed = FeedStub(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def slow(_timeframe: str, _market: MarketKey) -> tuple[Candle, ...]:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(proceed.wait(), loop))
        return (BAR,)

    object.__setattr__(feed.context, "candles", slow)
    return feed, proceed


async def test_candles_keep_their_precision(redis_server: RedisServer):
    feed = FeedStub(candles=(BAR,))
    with published(feed.context, redis_server):
        candles = await run(redis_server, lambda client: client.candles("5m", market_key("ETH/USDT:USDT")))
    assert repr(candles) == repr((BAR,))
    assert feed.requested == [("5m", market_key("ETH/USDT:USDT"))]


async def test_entered_position_and_reconciliation_reach_the_feed(redis_server: RedisServer):
    feed = FeedStub()
    with published(feed.context, redis_server):
        await run(redis_server, lambda client: client.enter({"side": "long", "size": None}))
        await run(redis_server, lambda client: client.reconcile())
    assert feed.entered == [{"side": "long", "size": None}]
    assert feed.reconciliations == 1


async def test_error_keeps_its_text_and_its_field(redis_server: RedisServer):
    feed = FeedStub(error=PositionError("size 'x' is not a number", "size"))
    with published(feed.context, redis_server):
        with pytest.raises(PositionError, match="size 'x' is not a number") as raised:
            await run(redis_server, lambda client: client.enter({"size": "x"}))
        assert raised.value.field == "size"
        feed.error = ExchangeLacks("bitget has no candles")
        with pytest.raises(DashboardError, match="bitget has no candles"):
            await run(redis_server, lambda client: client.candles("5m", market_key()))


async def test_command_without_redis_fails_at_once(redis_server: RedisServer):
    redis_server.stop()
    with pytest.raises(DashboardError, match="Redis cannot be reached"):
        await run(redis_server, lambda client: client.candles("5m", market_key()))


async def test_command_without_a_feed_times_out_and_expires(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(command_client, "RESPONSE_TIMEOUT_S", 0.2)
    with pytest.raises(DashboardError, match=r"within 0\.2 s; it may still be starting"):
        await run(redis_server, lambda client: client.reconcile())
    assert redis_server.client.ttl(COMMANDS) > 0  # type: ignore[operator]


async def test_slow_command_does_not_block_others(redis_server: RedisServer):
    feed, proceed = feed_with_slow_candles()
    with published(feed.context, redis_server):
        waiting = asyncio.create_task(run(redis_server, lambda client: client.candles("5m", market_key())))
        await run(redis_server, lambda client: client.reconcile())
        assert not waiting.done()
        proceed.set()
        assert await waiting == (BAR,)


async def test_expired_command_is_dropped(redis_server: RedisServer):
    """Its client has already received a timeout."""
    now, _ = redis_server.client.time()  # type: ignore[misc]
    late = Command("1", CommandType.ENTER, now - 1, {"side": "short"})
    feed = FeedStub()
    with published(feed.context, redis_server):
        redis_server.client.rpush(COMMANDS, COMMAND.dump_json(late))
        await run(redis_server, lambda client: client.enter({"side": "long"}))
    assert feed.entered == [{"side": "long"}]


async def test_entered_position_does_not_wait_for_price_histories(redis_server: RedisServer):
    feed, proceed = feed_with_slow_candles()
    with published(feed.context, redis_server):
        histories = [
            asyncio.create_task(run(redis_server, lambda client: client.candles("5m", market_key())))
            for _ in range(8)
        ]
        await run(redis_server, lambda client: client.enter({"side": "long"}))
        assert not any(history.done() for history in histories)
        proceed.set()
        await asyncio.gather(*histories)


async def test_invalid_commands_are_skipped(redis_server: RedisServer):
    feed = FeedStub()
    with published(feed.context, redis_server):
        redis_server.client.rpush(COMMANDS, "{", '{"id": "1", "type": "trade"}')
        await run(redis_server, lambda client: client.reconcile())
    assert feed.reconciliations == 1
