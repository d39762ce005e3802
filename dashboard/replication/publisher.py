"""Publisher: tells Redis what changes in the house as fast as Redis takes it, and at least once a second."""

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
"""Seconds between two messages at most."""
_AGAIN = 0.3
"""Seconds to the next try where Redis is away."""


class Publisher:
    """Works in a thread of its own: the feed never waits for Redis."""

    def __init__(
        self,
        redis: Redis,
        lease: Lease,
        context: AppContext,
        feed_stats: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        """`lease` has to be held already. `feed_stats` are what this process counts."""
        self._lease, self._context, self._feed_stats = lease, context, feed_stats
        self._timing = ClockOffset(redis)
        self._stirred, self._ended = threading.Event(), threading.Event()
        self._changes = ChangeTracker(context, self._stirred.set)
        self._sequence = 0
        self._away = False
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self.lost = threading.Event()
        """Set once another feed leads."""
        self.worked_at = now_ms()
        """When it was last done with a message, whether Redis took it or not: one that hangs grows old."""

    def start(self) -> None:
        """Begins, with all that is known."""
        self._stirred.set()
        self._thread.start()

    def stop(self) -> None:
        """Ends, with the newest told."""
        self._changes.close()
        self._ended.set()
        self._stirred.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set() and not self.lost.is_set():
            self._stirred.wait(HEARTBEAT_S)
            self._stirred.clear()
            try:
                self._work()
            except Exception:
                log.exception("what is known could not be published; the next beat tries again")
                self._changes.again()
            self.worked_at = now_ms()

    def _work(self) -> None:
        batch = self._changes.take()
        try:
            if not self._send(batch):
                self._lead_again(batch)
            self._back()
        except RedisError as error:
            self._changes.again(batch)
            self._gone(error)

    def _send(self, batch: ChangeBatch) -> bool:
        """False: this feed does not lead any more."""
        self._sequence += 1
        head = messages.MessageHeader(
            self._lease.epoch,
            self._sequence,
            self._timing.offset(),
            self._context.info(),
            self._feed_stats(),
        )
        texts = {messages.HEADER: messages.serialize(head), **batch.texts()}
        updates = [messages.serialize(each) for each in batch.updates]
        message = messages.join_parts(texts, updates, whole=batch.whole)
        return self._lease.publish(texts, message, whole=batch.whole)

    def _lead_again(self, batch: ChangeBatch) -> None:
        """The lease went with an emptied Redis, or in a long sleep: takes it, unless another feed has."""
        if not self._lease.acquire():
            self.lost.set()
            return
        log.warning("the lease was gone and is taken again")
        self._changes.again(batch)
        self._stirred.set()

    def _gone(self, error: RedisError) -> None:
        if not self._away:
            log.warning("the web workers hear nothing: %s", error)
        self._away = True
        self._ended.wait(_AGAIN)
        self._stirred.set()

    def _back(self) -> None:
        if self._away:
            log.warning("the web workers hear again")
        self._away = False
