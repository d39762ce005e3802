"""The feed process: holds the lease, reads the exchange and publishes through Redis.

Further feed processes stand by until the lease is free.
"""

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

_CHECK_INTERVAL_S = 0.5
"""Seconds between two checks of the lease and of the threads."""
_STALLED_AFTER_MS = 10_000
"""Milliseconds without work after which the publisher counts as stalled."""


class LeaseLost(DashboardError):
    """Another feed process holds the lease."""


def serve_feed(settings: Settings) -> None:
    """Waits for the lease, then reads and publishes until it is interrupted.

    Raises LeaseLost once another feed holds the lease, and other DashboardErrors if it cannot start.
    """
    url = require_redis_url(settings)
    redis, watchdog = connect(url), Watchdog()
    lease = Lease(redis)
    notify("READY=1")
    _wait_for_lease(lease, watchdog, url)
    try:
        with _running_engine(settings, redis, lease, watchdog) as (engine, publisher):
            notify("STATUS=active: reading the exchange and publishing")
            engine.wait_until_ready()
            _watch(engine, publisher, watchdog)
    except TrailTaken as error:  # by a feed that has lost the lease and not exited yet
        raise LeaseLost(str(error)) from None
    finally:
        _release(lease)


def _wait_for_lease(lease: Lease, watchdog: Watchdog, url: str) -> None:
    """Returns once this feed holds the lease. Another holder, or Redis being down, is no error."""
    last_reason = ""
    while True:
        try:
            if lease.acquire():
                return
            reason = "standby: another feed holds the lease"
        except RedisError as error:
            reason = f"standby: {describe_error(error, url)}"
        if reason != last_reason:
            log.warning("%s", reason)
            notify(f"STATUS={reason}")
        last_reason = reason
        watchdog.ping()
        Event().wait(_CHECK_INTERVAL_S)


@contextmanager
def _running_engine(
    settings: Settings, redis: Redis, lease: Lease, watchdog: Watchdog
) -> Iterator[tuple[Engine, Publisher]]:
    """The started engine, its publisher and the command server; all are stopped at the end."""
    with ExitStack() as stack:
        with lease.renewed(watchdog.ping):  # reading a long audit trail takes time
            engine = stack.enter_context(build_engine(settings))
        feed_stats = FeedStats(engine.markets, engine.positions, engine.audit)
        publisher = Publisher(redis, lease, engine.context, feed_stats.read)
        command_server = CommandServer(redis, engine.context)
        engine.monitor.start()
        for service in (publisher, command_server):
            service.start()
            stack.callback(service.stop)
        yield engine, publisher


def _watch(engine: Engine, publisher: Publisher, watchdog: Watchdog) -> None:
    """Pings the watchdog while nothing is stalled. Raises LeaseLost once another feed holds the lease."""
    while not publisher.lease_lost.wait(_CHECK_INTERVAL_S):
        if not engine.is_stalled and now_ms() - publisher.worked_at < _STALLED_AFTER_MS:
            watchdog.ping()
    raise LeaseLost("another feed holds the lease: this process exits, and is a standby once it is restarted")


def _release(lease: Lease) -> None:
    try:
        lease.release()
    except RedisError as error:
        log.warning("the lease could not be released, it expires by itself: %s", error)
