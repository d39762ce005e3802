"""From the feed's process to a worker's, over a real Redis: what is shown is true, or said to be unknown."""

import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from redis.client import PubSub

from dashboard.clock import now_ms
from dashboard.domain.events import AccountFailed, InstrumentResolved
from dashboard.domain.feed_state import FeedState
from dashboard.domain.keys import PositionKey
from dashboard.positions.models import EventType, PositionUpdate
from dashboard.replication.mirror import Mirror
from dashboard.replication.redis_client import STATE
from dashboard.state.markets import Markets
from dashboard.state.runtime import MarketSnapshot
from tests.domain.builders import instrument
from tests.domain.fill_histories import ACCOUNT, fill
from tests.positions.harness import BTC, market_key
from tests.redis_server import RedisServer
from tests.replication.harness import Source, heard, published, same, until

KEY = PositionKey(ACCOUNT, BTC)
ETH = replace(instrument(), symbol="ETH/USDT:USDT", id="ETHUSDT", base="ETH")


def state(mirror: Mirror) -> FeedState:
    return mirror.markets.main.snapshot.health.state_at(now_ms())


def test_a_worker_knows_what_the_feed_knows(redis_server: RedisServer):
    source = Source().price("100")
    source.harness.fills(fill("buy 1 @ 100", 1))
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        assert mirror.info() == source.info
        source.price("101").price("7", ETH).harness.snapshot()
        source.harness.tracker.apply(AccountFailed("no answer"))
        until(lambda: same(mirror, source.context))
        assert mirror.positions.summary().unrealized_pnl == Decimal(1)
        assert mirror.positions.accounts[ACCOUNT].problem == "no answer"
        source.markets.keep([])
        source.price("102")
        until(lambda: same(mirror, source.context))
        assert list(mirror.markets.snapshots()) == [market_key()]


def test_a_worker_that_comes_later_gets_all_of_it(redis_server: RedisServer):
    source = Source().price("100").price("7", ETH)
    source.harness.fills(fill("buy 1 @ 100", 1), fill("sell 1 @ 101", 2))
    with published(source.context, redis_server), heard(redis_server) as first:
        until(lambda: same(first, source.context))
        with heard(redis_server) as late:
            until(lambda: same(late, source.context))


def test_every_fill_is_told_once_and_in_order(redis_server: RedisServer):
    source = Source().price("100")
    told: list[PositionUpdate] = []
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        mirror.positions.register(told.append)
        for number in range(200):
            source.harness.fills(fill("buy 1 @ 100", number))
        until(lambda: same(mirror, source.context))
        assert [each.fill.id for each in told if each.fill] == [str(number) for number in range(200)]
        assert all(each.event_type is EventType.FILL for each in told)


def test_ages_are_those_of_the_feed(redis_server: RedisServer):
    source = Source().price("100", age=4_000)
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        last = mirror.markets.main.snapshot.ticker.last
        assert last
        assert 4_000 <= last.age(now_ms()) < 6_000
        until(lambda: state(mirror) is FeedState.STALE)


def test_before_the_feed_was_heard_nobody_is_flat(redis_server: RedisServer):
    with heard(redis_server) as mirror:
        assert mirror.markets.main.snapshot.instrument is None
        assert mirror.positions.summary().total_pnl is None
        assert not mirror.info().running
        assert until(lambda: state(mirror) is FeedState.DISCONNECTED) < 5


def _known(mirror: Mirror) -> MarketSnapshot:
    return mirror.markets.main.snapshot


@pytest.mark.parametrize("away", ["stop", "suspend"])
def test_without_redis_a_worker_says_so_within_five_seconds_and_recovers(
    redis_server: RedisServer, away: str
):
    source = Source().price("100")
    source.harness.fills(fill("buy 1 @ 100", 1))
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        told: list[PositionUpdate] = []
        mirror.positions.register(told.append)
        getattr(redis_server, away)()
        assert until(lambda: state(mirror) is FeedState.DISCONNECTED) < 5
        assert _known(mirror).health.reason
        assert [(each.event_type, each.position.unrealized_pnl) for each in told] == [
            (EventType.PRICE_UPDATE, None)
        ]
        assert mirror.positions.get_all_positions()[KEY].quote is None
        assert mirror.positions.summary().unrealized_pnl is None
        assert mirror.positions.accounts[ACCOUNT].problem
        assert not mirror.info().running
        source.price("103").harness.fills(fill("buy 1 @ 103", 2))
        (redis_server.start if away == "stop" else redis_server.resume)()
        until(lambda: same(mirror, source.context))
        assert state(mirror) is FeedState.STREAMING
        assert mirror.info().running


def test_what_silence_took_back_is_told_again(redis_server: RedisServer):
    """The feed has told its price before, and sees no reason to do it again."""
    source = Source().price("100")
    source.harness.fills(fill("buy 1 @ 90", 1))
    told: list[PositionUpdate] = []
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        mirror.positions.register(told.append)
        redis_server.suspend()
        until(lambda: told)
        source.price("100")
        redis_server.resume()
        until(lambda: len(told) == 2)
        assert [each.position.unrealized_pnl for each in told] == [None, 10]


def test_what_a_dead_feed_left_does_not_come_back(redis_server: RedisServer):
    """Its lease is longer than the silence after which it is said to be gone."""
    source = Source().price("100")
    source.harness.fills(fill("buy 1 @ 90", 1))
    told: list[PositionUpdate] = []
    with heard(redis_server) as mirror:
        with published(source.context, redis_server):
            until(lambda: same(mirror, source.context))
            mirror.positions.register(told.append)
        until(lambda: told)
        assert redis_server.client.exists("dashboard:lease")
        until(lambda: not redis_server.client.exists("dashboard:lease"))
        assert [each.position.unrealized_pnl for each in told] == [None]
        assert state(mirror) is FeedState.DISCONNECTED


def test_fills_during_an_outage_are_told_after_it(redis_server: RedisServer):
    source = Source().price("100")
    told: list[PositionUpdate] = []
    with published(source.context, redis_server) as publisher, heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        mirror.positions.register(told.append)
        redis_server.stop()
        at = publisher.worked_at
        source.harness.fills(fill("buy 1 @ 100", 1))
        until(lambda: publisher.worked_at > at + 500)
        redis_server.start()
        until(lambda: same(mirror, source.context))
        assert [each.fill.id for each in told if each.fill] == ["1"]


def test_a_fill_that_was_not_heard_is_made_up_for(redis_server: RedisServer):
    source = Source().price("100")
    source.harness.fills(fill("buy 1 @ 100", 1))
    told: list[PositionUpdate] = []
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        mirror.positions.register(told.append)
        redis_server.client.client_kill_filter(_type="pubsub")
        source.harness.fills(fill("sell 1 @ 101", 2))
        until(lambda: told)
        assert [each.fill and each.fill.id for each in told] == ["2"]
        assert told[0].position.position is None


def test_a_fill_is_told_once_though_redis_answered_late(redis_server: RedisServer):
    source = Source().price("100")
    told: list[PositionUpdate] = []
    with published(source.context, redis_server) as publisher, heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        mirror.positions.register(told.append)
        redis_server.suspend()
        at = publisher.worked_at
        source.harness.fills(fill("buy 1 @ 100", 1))
        until(lambda: publisher.worked_at > at)  # it has given up once
        redis_server.resume()
        until(lambda: same(mirror, source.context))
        source.harness.fills(fill("buy 1 @ 100", 2))
        until(lambda: told and told[-1].fill and told[-1].fill.id == "2")
        assert [each.fill.id for each in told if each.fill] == ["1", "2"]


def test_positions_of_an_account_that_is_gone_are_flat(redis_server: RedisServer):
    first, second = Source().price("100"), Source().price("200")
    first.harness.fills(fill("buy 1 @ 100", 1))
    told: list[PositionUpdate] = []
    with heard(redis_server) as mirror:
        with published(first.context, redis_server):
            until(lambda: same(mirror, first.context))
            mirror.positions.register(told.append)
        redis_server.client.delete("dashboard:lease")
        with published(second.context, redis_server):
            until(lambda: same(mirror, second.context))
            until(lambda: told)
            assert told[-1].position.position is None
            assert told[-1].position.unrealized_pnl == 0


def test_a_dead_connection_is_left_for_a_new_one(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch):
    """One that nobody closed, as a proxy's: Redis answers on every other."""
    get_message, heard_on, dead = PubSub.get_message, set(), set()

    def get(self: PubSub, **more: Any) -> Any:
        heard_on.add(self)
        return get_message(self, **more) if self not in dead else time.sleep(0.1)

    monkeypatch.setattr(PubSub, "get_message", get)
    source = Source().price("100")
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        dead |= heard_on
        until(lambda: state(mirror) is FeedState.DISCONNECTED)
        source.price("101")
        until(lambda: same(mirror, source.context))


def test_another_market_is_asked_for(redis_server: RedisServer):
    """The one before stays, beside it, as there is a position in it."""
    source = Source().price("100").price("7", ETH)
    after = Source().price("100")
    after.markets = Markets(market_key("ETHUSDT"), 2_000)
    after.markets.apply(market_key("ETHUSDT"), InstrumentResolved(ETH))
    after.context = replace(after.context, markets=after.markets)
    with heard(redis_server) as mirror:
        with published(source.context, redis_server):
            until(lambda: same(mirror, source.context))
        redis_server.client.delete("dashboard:lease")
        after.price("101", instrument())
        with published(after.context, redis_server):
            until(lambda: same(mirror, after.context))


def test_an_emptied_redis_leaves_nobody_on_old_figures(redis_server: RedisServer):
    source = Source().price("100").price("7", ETH)
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        redis_server.empty()
        source.price("104")
        assert until(lambda: same(mirror, source.context)) < 5
        with heard(redis_server) as late:
            until(lambda: same(late, source.context))


def test_what_a_dead_feed_left_is_not_taken_for_alive(redis_server: RedisServer):
    source = Source().price("100")
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
    redis_server.client.delete("dashboard:lease")
    assert redis_server.client.hlen(STATE)
    with heard(redis_server) as late:
        until(lambda: state(late) is FeedState.DISCONNECTED)
        assert late.markets.main.snapshot.instrument is None
        # Whose it was stays known, so that all workers show the same page.
        assert late.info() == replace(source.info, running=False)


def test_a_message_that_was_missed_is_made_up_for(redis_server: RedisServer):
    source = Source().price("100")
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        redis_server.client.client_kill_filter(_type="pubsub")
        source.price("105")
        until(lambda: same(mirror, source.context))


def test_nonsense_on_the_channel_is_survived(redis_server: RedisServer, caplog: pytest.LogCaptureFixture):
    source = Source().price("100")
    with published(source.context, redis_server), heard(redis_server) as mirror:
        until(lambda: same(mirror, source.context))
        redis_server.client.publish("dashboard:news", "{")
        redis_server.client.publish("dashboard:news", '{"head": 7}')
        source.price("106")
        until(lambda: same(mirror, source.context))
    assert "not understood" in caplog.text
