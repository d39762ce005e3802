"""Of several running feeds, only the holder of the lease can publish."""

from dashboard.replication.lease import LEASE_MS, Lease
from dashboard.replication.redis_client import connect
from dashboard.replication.redis_keys import LEASE, STATE
from tests.redis_server import RedisServer
from tests.replication.harness import FeedStub, in_sync, mirrored, published
from tests.waiting import until


def test_second_feed_waits_and_takes_over(redis_server: RedisServer):
    first, second = FeedStub().price("100"), FeedStub().price("200")
    waiting = Lease(connect(redis_server.url))
    with mirrored(redis_server) as mirror:
        with published(first.context, redis_server):
            until(lambda: in_sync(mirror, first.context))
            assert not waiting.acquire()
        assert not waiting.renew()
        with published(second.context, redis_server):
            assert until(lambda: in_sync(mirror, second.context)) < 10


def test_feed_suspended_past_its_lease_publishes_nothing(redis_server: RedisServer):
    suspended = FeedStub().price("100")
    with published(suspended.context, redis_server) as publisher, mirrored(redis_server) as mirror:
        until(lambda: in_sync(mirror, suspended.context))
        redis_server.client.set(LEASE, "another's")  # as if another feed acquired it
        stored = redis_server.client.hgetall(STATE)
        suspended.price("101")
        until(publisher.lease_lost.is_set)
        assert redis_server.client.hgetall(STATE) == stored
        assert not in_sync(mirror, suspended.context)


def test_lease_expires_and_epochs_only_grow(redis_server: RedisServer):
    lease, next_one = Lease(connect(redis_server.url)), Lease(connect(redis_server.url))
    assert lease.acquire()
    assert 0 < redis_server.client.pttl(LEASE) <= LEASE_MS  # type: ignore[operator]
    lease.release()
    assert next_one.acquire()
    assert next_one.epoch > lease.epoch
    next_one.release()
    redis_server.empty()
    assert lease.acquire()
    assert lease.epoch > next_one.epoch


def test_lease_is_released_by_its_holder_only(redis_server: RedisServer):
    lease, other = Lease(connect(redis_server.url)), Lease(connect(redis_server.url))
    assert lease.acquire()
    other.release()
    assert not other.acquire()
    assert lease.renew()
