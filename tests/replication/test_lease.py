"""Of all feeds that run one leads, and only that one is heard."""

from dashboard.replication.lease import LEASE_MS, Lease
from dashboard.replication.redis_client import STATE, connect
from tests.redis_server import RedisServer
from tests.replication.harness import Source, heard, published, same
from tests.waiting import until


def test_a_second_feed_waits_and_takes_over(redis_server: RedisServer):
    first, second = Source().price("100"), Source().price("200")
    waiting = Lease(connect(redis_server.url))
    with heard(redis_server) as mirror:
        with published(first.context, redis_server):
            until(lambda: same(mirror, first.context))
            assert not waiting.acquire()
        assert not waiting.renew()
        with published(second.context, redis_server):
            assert until(lambda: same(mirror, second.context)) < 10


def test_a_feed_that_slept_past_its_lease_publishes_nothing_more(redis_server: RedisServer):
    sleeper = Source().price("100")
    with published(sleeper.context, redis_server) as publisher, heard(redis_server) as mirror:
        until(lambda: same(mirror, sleeper.context))
        redis_server.client.set("dashboard:lease", "another's")  # as it is taken while its owner sleeps
        stored = redis_server.client.hgetall(STATE)
        sleeper.price("101")
        until(publisher.lost.is_set)
        assert redis_server.client.hgetall(STATE) == stored
        assert not same(mirror, sleeper.context)


def test_a_lease_ends_by_itself_and_epochs_only_grow(redis_server: RedisServer):
    lease, next_one = Lease(connect(redis_server.url)), Lease(connect(redis_server.url))
    assert lease.acquire()
    assert 0 < redis_server.client.pttl("dashboard:lease") <= LEASE_MS  # type: ignore[operator]
    lease.release()
    assert next_one.acquire()
    assert next_one.epoch > lease.epoch
    next_one.release()
    redis_server.empty()
    assert lease.acquire()
    assert lease.epoch > next_one.epoch


def test_only_the_owner_gives_a_lease_back(redis_server: RedisServer):
    lease, other = Lease(connect(redis_server.url)), Lease(connect(redis_server.url))
    assert lease.acquire()
    other.release()
    assert not other.acquire()
    assert lease.renew()
