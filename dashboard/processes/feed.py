"""The feed's own process: of all that run, one leads, reads the exchange, and publishes through Redis."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event

from redis import Redis
from redis.exceptions import RedisError

from dashboard.app.engine import Engine, build_engine
from dashboard.audit.writer_lock import TrailTaken
from dashboard.clock import now_ms
from dashboard.config import Settings, require_redis_url
from dashboard.errors import DashboardError
from dashboard.metrics.feed_stats import FeedStats
from dashboard.replication.command_server import CommandServer
from dashboard.replication.lease import Lease
from dashboard.replication.publisher import Publisher
from dashboard.replication.redis_client import connect, describe_error
from dashboard.systemd import Watchdog, notify

log = logging.getLogger(__name__)

_LOOK = 0.5
"""Seconds between two looks at the lease, or at what might hang."""
_HANGS = 10_000
"""Milliseconds after which a publisher that does nothing is said to hang."""


class LeaseLost(DashboardError):
    """Another feed leads."""


def serve_feed(settings: Settings) -> None:
    """Waits for its turn, then reads and publishes until it is interrupted.

    Raises LeaseLost once another feed leads, and other DashboardErrors if it cannot start.
    """
    url = require_redis_url(settings)
    redis, watchdog = connect(url), Watchdog()
    lease = Lease(redis)
    notify("READY=1")
    _wait_for(lease, watchdog, url)
    try:
        with _leading(settings, redis, lease, watchdog) as (inside, publisher):
            notify("STATUS=leads: reads the exchange and publishes")
            inside.wait_until_ready()
            _watch(inside, publisher, watchdog)
    except TrailTaken as error:  # by a feed that leads no more, and has not ended yet
        raise LeaseLost(str(error)) from None
    finally:
        _release(lease)


def _wait_for(lease: Lease, watchdog: Watchdog, url: str) -> None:
    """Until this feed leads. To wait, for another one or for Redis, is no failure."""
    said_before = ""
    while True:
        try:
            if lease.acquire():
                return
            why = "waits: another feed leads"
        except RedisError as error:
            why = f"waits: {describe_error(error, url)}"
        if why != said_before:
            log.warning("%s", why)
            notify(f"STATUS={why}")
        said_before = why
        watchdog.alive()
        Event().wait(_LOOK)


@contextmanager
def _leading(
    settings: Settings, redis: Redis, lease: Lease, watchdog: Watchdog
) -> Iterator[tuple[Engine, Publisher]]:
    """The house, with its publisher, running."""
    with ExitStack() as stack:
        with lease.kept(watchdog.alive):  # the audit trail may be long
            inside = stack.enter_context(build_engine(settings))
        feed_stats = FeedStats(inside.markets, inside.positions, inside.audit)
        publisher = Publisher(redis, lease, inside.context, feed_stats.read)
        answering = CommandServer(redis, inside.context)
        inside.monitor.start()
        for each in (publisher, answering):
            each.start()
            stack.callback(each.stop)
        yield inside, publisher


def _watch(inside: Engine, publisher: Publisher, watchdog: Watchdog) -> None:
    """Until another feed leads, telling the watchdog as long as nothing hangs."""
    while not publisher.lost.wait(_LOOK):
        if not inside.is_stalled and now_ms() - publisher.worked_at < _HANGS:
            watchdog.alive()
    raise LeaseLost("another feed leads; this one ends, and waits for its turn once it is started again")


def _release(lease: Lease) -> None:
    try:
        lease.release()
    except RedisError as error:
        log.warning("the lease could not be given back, it ends by itself: %s", error)
