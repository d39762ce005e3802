"""Replication over a real Redis: a worker shows the feed's state, or shows it as unknown."""

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
from dashboard.replication.redis_keys import CHANNEL, LEASE, STATE
from dashboard.state.markets import Markets
from dashboard.state.runtime import MarketSnapshot
from tests.domain.builders import instrument
from tests.domain.fill_histories import ACCOUNT, fill
from tests.positions.harness import BTC, market_key
from tests.redis_server import RedisServer
from tests.replication.harness import FeedStub, in_sync, mirrored, published
from tests.waiting import until

KEY = PositionKey(ACCOUNT, BTC)
ETH = replace(instrument(), symbol="ETH/USDT:USDT", id="ETHUSDT", base="ETH")


def state(mirror: Mirror) -> FeedState:
    return mirror.markets.main.snapshot.health.state_at(now_ms())


def is_disconnected(mirror: Mirror) -> bool:
    return state(mirror) is FeedState.DISCONNECTED


def test_mirror_follows_every_change(redis_server: RedisServer):
    feed = FeedStub().price("100")
    feed.harness.fills(fill("buy 1 @ 100", 1))
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        assert mirror.info() == feed.info
        feed.price("101").price("7", ETH).harness.snapshot()
        feed.harness.tracker.apply(AccountFailed("no answer"))
        until(lambda: in_sync(mirror, feed.context))
        assert mirror.positions.summary().unrealized_pnl == Decimal(1)
        assert mirror.positions.accounts[ACCOUNT].problem == "no answer"
        feed.markets.keep([])
        feed.price("102")
        until(lambda: in_sync(mirror, feed.context))
        assert list(mirror.markets.snapshots()) == [market_key()]


def test_late_worker_receives_the_complete_state(redis_server: RedisServer):
    feed = FeedStub().price("100").price("7", ETH)
    feed.harness.fills(fill("buy 1 @ 100", 1), fill("sell 1 @ 101", 2))
    with published(feed.context, redis_server), mirrored(redis_server) as first:
        until(lambda: in_sync(first, feed.context))
        with mirrored(redis_server) as late:
            until(lambda: in_sync(late, feed.context))


def test_every_fill_is_notified_once_and_in_order(redis_server: RedisServer):
    feed = FeedStub().price("100")
    updates: list[PositionUpdate] = []
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        mirror.positions.register(updates.append)
        for number in range(200):
            feed.harness.fills(fill("buy 1 @ 100", number))
        until(lambda: len(updates) >= 200)  # the state is applied before its updates are announced
        assert [each.fill.id for each in updates if each.fill] == [str(number) for number in range(200)]
        assert all(each.event_type is EventType.FILL for each in updates)


def test_prices_age_from_their_arrival_at_the_feed(redis_server: RedisServer):
    feed = FeedStub().price("100", age=4_000)
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        last = mirror.markets.main.snapshot.ticker.last
        assert last
        assert 4_000 <= last.age(now_ms()) < 6_000
        until(lambda: state(mirror) is FeedState.STALE)


def test_state_is_unknown_before_the_first_message(redis_server: RedisServer):
    with mirrored(redis_server) as mirror:
        assert mirror.markets.main.snapshot.instrument is None
        assert mirror.positions.summary().total_pnl is None
        assert not mirror.info().running
        assert until(lambda: state(mirror) is FeedState.DISCONNECTED) < 5


def _known(mirror: Mirror) -> MarketSnapshot:
    return mirror.markets.main.snapshot


@pytest.mark.parametrize("outage", ["stop", "suspend"])
def test_loss_of_redis_is_shown_within_five_seconds_and_recovers(redis_server: RedisServer, outage: str):
    feed = FeedStub().price("100")
    feed.harness.fills(fill("buy 1 @ 100", 1))
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        updates: list[PositionUpdate] = []
        mirror.positions.register(updates.append)
        getattr(redis_server, outage)()
        assert until(lambda: state(mirror) is FeedState.DISCONNECTED) < 5
        assert _known(mirror).health.reason
        assert [(each.event_type, each.position.unrealized_pnl) for each in updates] == [
            (EventType.PRICE_UPDATE, None)
        ]
        assert mirror.positions.get_all_positions()[KEY].quote is None
        assert mirror.positions.summary().unrealized_pnl is None
        assert mirror.positions.accounts[ACCOUNT].problem
        assert not mirror.info().running
        feed.price("103").harness.fills(fill("buy 1 @ 103", 2))
        (redis_server.start if outage == "stop" else redis_server.resume)()
        until(lambda: in_sync(mirror, feed.context))
        assert state(mirror) is FeedState.STREAMING
        assert mirror.info().running


def test_figures_lost_in_an_outage_are_notified_again(redis_server: RedisServer):
    """The feed published the same price before, so it sends no update for it."""
    feed = FeedStub().price("100")
    feed.harness.fills(fill("buy 1 @ 90", 1))
    updates: list[PositionUpdate] = []
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        mirror.positions.register(updates.append)
        redis_server.suspend()
        until(lambda: updates)
        feed.price("100")
        redis_server.resume()
        until(lambda: len(updates) == 2)
        assert [each.position.unrealized_pnl for each in updates] == [None, 10]


def test_state_of_a_dead_feed_is_not_applied_again(redis_server: RedisServer):
    """Its lease expires later than the time after which it counts as disconnected."""
    feed = FeedStub().price("100")
    feed.harness.fills(fill("buy 1 @ 90", 1))
    updates: list[PositionUpdate] = []
    with mirrored(redis_server) as mirror:
        with published(feed.context, redis_server):
            until(lambda: in_sync(mirror, feed.context))
            mirror.positions.register(updates.append)
        until(lambda: updates)
        assert redis_server.client.exists(LEASE)
        until(lambda: not redis_server.client.exists(LEASE))
        assert [each.position.unrealized_pnl for each in updates] == [None]
        assert state(mirror) is FeedState.DISCONNECTED


def test_replayed_message_is_no_sign_of_life(redis_server: RedisServer):
    feed = FeedStub().price("100")
    with mirrored(redis_server) as mirror, redis_server.client.pubsub() as heard:
        heard.subscribe(CHANNEL)
        with published(feed.context, redis_server):
            until(lambda: in_sync(mirror, feed.context))
        messages = [each["data"] for each in iter(heard.get_message, None) if each["type"] == "message"]
        until(lambda: redis_server.client.publish(CHANNEL, messages[-1]) and is_disconnected(mirror))


def test_fills_during_an_outage_are_notified_after_it(redis_server: RedisServer):
    feed = FeedStub().price("100")
    updates: list[PositionUpdate] = []
    with published(feed.context, redis_server) as publisher, mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        mirror.positions.register(updates.append)
        redis_server.stop()
        at = publisher.worked_at
        feed.harness.fills(fill("buy 1 @ 100", 1))
        until(lambda: publisher.worked_at > at + 500)
        redis_server.start()
        until(lambda: in_sync(mirror, feed.context) and updates)
        assert [each.fill.id for each in updates if each.fill] == ["1"]


def test_fill_in_a_missed_message_is_notified(redis_server: RedisServer):
    feed = FeedStub().price("100")
    feed.harness.fills(fill("buy 1 @ 100", 1))
    updates: list[PositionUpdate] = []
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        mirror.positions.register(updates.append)
        redis_server.client.client_kill_filter(_type="pubsub")
        feed.harness.fills(fill("sell 1 @ 101", 2))
        until(lambda: updates)
        assert [each.fill and each.fill.id for each in updates] == ["2"]
        assert updates[0].position.position is None


def test_fill_is_notified_once_if_redis_responds_late(redis_server: RedisServer):
    feed = FeedStub().price("100")
    updates: list[PositionUpdate] = []
    with published(feed.context, redis_server) as publisher, mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        mirror.positions.register(updates.append)
        redis_server.suspend()
        at = publisher.worked_at
        feed.harness.fills(fill("buy 1 @ 100", 1))
        until(lambda: publisher.worked_at > at)  # one attempt has failed
        redis_server.resume()
        until(lambda: in_sync(mirror, feed.context))
        feed.harness.fills(fill("buy 1 @ 100", 2))
        until(lambda: updates and updates[-1].fill and updates[-1].fill.id == "2")
        assert [each.fill.id for each in updates if each.fill] == ["1", "2"]


def test_positions_of_a_removed_account_become_flat(redis_server: RedisServer):
    first, second = FeedStub().price("100"), FeedStub().price("200")
    first.harness.fills(fill("buy 1 @ 100", 1))
    updates: list[PositionUpdate] = []
    with mirrored(redis_server) as mirror:
        with published(first.context, redis_server):
            until(lambda: in_sync(mirror, first.context))
            mirror.positions.register(updates.append)
        redis_server.client.delete(LEASE)
        with published(second.context, redis_server):
            until(lambda: in_sync(mirror, second.context))
            until(lambda: updates)
            assert updates[-1].position.position is None
            assert updates[-1].position.unrealized_pnl == 0


def test_dead_connection_is_replaced(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch):
    """As behind a proxy: the connection stays open, and Redis responds on new ones only."""
    get_message, used, dead = PubSub.get_message, set(), set()

    def get(self: PubSub, **more: Any) -> Any:
        used.add(self)
        return get_message(self, **more) if self not in dead else time.sleep(0.1)

    monkeypatch.setattr(PubSub, "get_message", get)
    feed = FeedStub().price("100")
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        dead |= used
        until(lambda: state(mirror) is FeedState.DISCONNECTED)
        feed.price("101")
        until(lambda: in_sync(mirror, feed.context))


def test_feed_restarted_with_another_main_market(redis_server: RedisServer):
    """The former main market is still watched, since it has an open position."""
    feed = FeedStub().price("100").price("7", ETH)
    after = FeedStub().price("100")
    after.markets = Markets(market_key("ETHUSDT"), 2_000)
    after.markets.apply(market_key("ETHUSDT"), InstrumentResolved(ETH))
    after.context = replace(after.context, markets=after.markets)
    with mirrored(redis_server) as mirror:
        with published(feed.context, redis_server):
            until(lambda: in_sync(mirror, feed.context))
        redis_server.client.delete(LEASE)
        after.price("101", instrument())
        with published(after.context, redis_server):
            until(lambda: in_sync(mirror, after.context))


def test_emptied_redis_receives_the_complete_state_again(redis_server: RedisServer):
    feed = FeedStub().price("100").price("7", ETH)
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        redis_server.empty()
        feed.price("104")
        assert until(lambda: in_sync(mirror, feed.context)) < 5
        with mirrored(redis_server) as late:
            until(lambda: in_sync(late, feed.context))


def test_late_worker_does_not_apply_the_state_of_a_dead_feed(redis_server: RedisServer):
    feed = FeedStub().price("100")
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
    redis_server.client.delete(LEASE)
    assert redis_server.client.hlen(STATE)
    with mirrored(redis_server) as late:
        until(lambda: state(late) is FeedState.DISCONNECTED)
        assert late.markets.main.snapshot.instrument is None
        # Only its facts are used, so that all workers show the same page.
        assert late.info() == replace(feed.info, running=False)


def test_missed_message_is_recovered(redis_server: RedisServer):
    feed = FeedStub().price("100")
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        redis_server.client.client_kill_filter(_type="pubsub")
        feed.price("105")
        until(lambda: in_sync(mirror, feed.context))


def test_invalid_messages_are_skipped(redis_server: RedisServer, caplog: pytest.LogCaptureFixture):
    feed = FeedStub().price("100")
    with published(feed.context, redis_server), mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, feed.context))
        redis_server.client.publish(CHANNEL, "{")
        redis_server.client.publish(CHANNEL, '{"header": 7}')
        feed.price("106")
        until(lambda: in_sync(mirror, feed.context))
    assert "invalid message from the feed" in caplog.text
