"""What a worker asks of the feed is done there, and comes back, errors too."""

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
from dashboard.replication.redis_client import COMMANDS
from tests.positions.harness import market_key
from tests.redis_server import RedisServer
from tests.replication.harness import Source, published

BAR = Candle(1, Decimal("1.0"), Decimal("2"), Decimal("0.5"), Decimal("1.50"))


async def asked(server: RedisServer, work: Callable[[CommandClient], Awaitable[Any]]) -> Any:
    one = CommandClient(server.url)
    try:
        return await work(one)
    finally:
        await one.close()


def held_up() -> tuple[Source, asyncio.Event]:
    """A feed whose histories wait for the event."""
    source, going_on = Source(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def slow(_timeframe: str, _market: MarketKey) -> tuple[Candle, ...]:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(going_on.wait(), loop))
        return (BAR,)

    object.__setattr__(source.context, "candles", slow)
    return source, going_on


async def test_candles_come_back_as_they_are(redis_server: RedisServer):
    source = Source(candles=(BAR,))
    with published(source.context, redis_server):
        got = await asked(redis_server, lambda one: one.candles("5m", market_key("ETH/USDT:USDT")))
    assert repr(got) == repr((BAR,))
    assert source.asked == [("5m", market_key("ETH/USDT:USDT"))]


async def test_what_is_entered_reaches_the_feed(redis_server: RedisServer):
    source = Source()
    with published(source.context, redis_server):
        await asked(redis_server, lambda one: one.enter({"side": "long", "size": None}))
        await asked(redis_server, lambda one: one.reconcile())
    assert source.entered == [{"side": "long", "size": None}]
    assert source.readings == 1


async def test_an_error_keeps_its_words_and_its_field(redis_server: RedisServer):
    source = Source(refuses=PositionError("size 'x' is not a number", "size"))
    with published(source.context, redis_server):
        with pytest.raises(PositionError, match="size 'x' is not a number") as refused:
            await asked(redis_server, lambda one: one.enter({"size": "x"}))
        assert refused.value.field == "size"
        source.refuses = ExchangeLacks("bitget has no candles")
        with pytest.raises(DashboardError, match="bitget has no candles"):
            await asked(redis_server, lambda one: one.candles("5m", market_key()))


async def test_without_redis_it_is_said_at_once(redis_server: RedisServer):
    redis_server.stop()
    with pytest.raises(DashboardError, match="Redis is away"):
        await asked(redis_server, lambda one: one.candles("5m", market_key()))


async def test_without_a_feed_it_is_said_in_the_end_and_forgotten(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(command_client, "ANSWER_WITHIN_S", 0.2)
    with pytest.raises(DashboardError, match="did not answer"):
        await asked(redis_server, lambda one: one.reconcile())
    assert redis_server.client.ttl(COMMANDS) > 0  # type: ignore[operator]


async def test_a_slow_command_holds_up_no_other(redis_server: RedisServer):
    source, going_on = held_up()
    with published(source.context, redis_server):
        waiting = asyncio.create_task(asked(redis_server, lambda one: one.candles("5m", market_key())))
        await asked(redis_server, lambda one: one.reconcile())
        assert not waiting.done()
        going_on.set()
        assert await waiting == (BAR,)


async def test_what_comes_too_late_is_not_done_after_all(redis_server: RedisServer):
    """Whoever asked was told that it failed."""
    now, _ = redis_server.client.time()  # type: ignore[misc]
    late = Command("1", CommandType.ENTER, now - 1, {"side": "short"})
    source = Source()
    with published(source.context, redis_server):
        redis_server.client.rpush(COMMANDS, COMMAND.dump_json(late))
        await asked(redis_server, lambda one: one.enter({"side": "long"}))
    assert source.entered == [{"side": "long"}]


async def test_what_is_entered_waits_for_no_history(redis_server: RedisServer):
    source, going_on = held_up()
    with published(source.context, redis_server):
        histories = [
            asyncio.create_task(asked(redis_server, lambda one: one.candles("5m", market_key())))
            for _ in range(8)
        ]
        await asked(redis_server, lambda one: one.enter({"side": "long"}))
        assert not any(history.done() for history in histories)
        going_on.set()
        await asyncio.gather(*histories)


async def test_nonsense_in_the_list_is_survived(redis_server: RedisServer):
    source = Source()
    with published(source.context, redis_server):
        redis_server.client.rpush(COMMANDS, "{", '{"id": "1", "request": "trade"}')
        await asked(redis_server, lambda one: one.reconcile())
    assert source.readings == 1
