"""Publisher: publishes changes of the live state as fast as Redis accepts them, and a heartbeat."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from dashboard.app.context import AppContext
from dashboard.clock import now_ms
from dashboard.replication import messages
from dashboard.replication.change_tracker import ChangeBatch, ChangeTracker
from dashboard.replication.clock_offset import ClockOffset
from dashboard.replication.lease import Lease

log = logging.getLogger(__name__)

HEARTBEAT_S = 1.0
"""Longest time between two messages."""
_RETRY_S = 0.3
"""Pause after an error of Redis."""


class Publisher:
    """Publishes in its own thread, so that the feed never waits for Redis."""

    def __init__(
        self,
        redis: Redis,
        lease: Lease,
        context: AppContext,
        feed_stats: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        """`lease` must be held. `feed_stats` returns the counters of this process."""
        self._lease, self._context, self._feed_stats = lease, context, feed_stats
        self._clock = ClockOffset(redis)
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._changes = ChangeTracker(context, self._wake.set)
        self._sequence = 0
        self._is_failing = False
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self.lease_lost = threading.Event()
        """Set once another feed holds the lease."""
        self.worked_at = now_ms()
        """Time of the newest attempt, successful or not, in ms of the monotonic clock."""

    def start(self) -> None:
        """Starts the thread, which publishes the complete state first."""
        self._wake.set()
        self._thread.start()

    def stop(self) -> None:
        """Publishes the last changes and stops the thread."""
        self._changes.close()
        self._stopped.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set() and not self.lease_lost.is_set():
            self._wake.wait(HEARTBEAT_S)
            self._wake.clear()
            self._publish()
            self.worked_at = now_ms()

    def _publish(self) -> None:
        batch = None
        try:
            batch = self._changes.take()
            if not self._send(batch):
                self._reacquire_lease(batch)
            self._on_success()
        except RedisError as error:
            self._changes.reset(batch)
            self._on_error(error)
        except Exception:
            log.exception("the state could not be published; trying again within %g s", HEARTBEAT_S)
            self._changes.reset(batch)

    def _send(self, batch: ChangeBatch) -> bool:
        """Returns False if this feed does not hold the lease."""
        self._sequence += 1
        header = messages.MessageHeader(
            self._lease.epoch,
            self._sequence,
            self._clock.offset(),
            self._context.info(),
            self._feed_stats(),
        )
        parts = {messages.HEADER: messages.serialize(header), **batch.serialize()}
        updates = [messages.serialize(each) for each in batch.updates]
        message = messages.join_parts(parts, updates, complete=batch.complete)
        return self._lease.publish(parts, message, complete=batch.complete)

    def _reacquire_lease(self, batch: ChangeBatch) -> None:
        """Acquires a lease that expired or was deleted with Redis' data, unless another feed holds it."""
        if not self._lease.acquire():
            self.lease_lost.set()
            return
        log.warning("the lease had expired or was deleted; acquired again")
        self._changes.reset(batch)
        self._wake.set()

    def _on_error(self, error: RedisError) -> None:
        if not self._is_failing:
            log.warning("the state cannot be published, web workers receive no changes: %s", error)
        self._is_failing = True
        self._stopped.wait(_RETRY_S)
        self._wake.set()

    def _on_success(self) -> None:
        if self._is_failing:
            log.warning("the state is published again")
        self._is_failing = False
