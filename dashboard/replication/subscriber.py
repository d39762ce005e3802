"""Subscriber: a web worker's thread that receives the feed's messages, and notices when they stop."""

import logging
import threading

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from dashboard.clock import now_ms
from dashboard.outside_text import scrub
from dashboard.replication.clock_offset import ClockOffset, to_local_times
from dashboard.replication.messages import HEADER, StateMessage, deserialize, join_parts
from dashboard.replication.mirror import Mirror
from dashboard.replication.redis_keys import CHANNEL, LEASE, STATE

log = logging.getLogger(__name__)

_SILENCE_MS = 3_000
"""Time without a message after which the feed counts as disconnected; its heartbeat comes each second."""
_POLL_S = 0.2
"""Longest wait for a message, after which the thread checks the time."""
_RETRY_S = 0.3
"""Pause after an error."""


class Subscriber:
    """Subscribes, reads the complete state and applies each message; after a gap it reads the state again."""

    def __init__(self, redis: Redis, mirror: Mirror) -> None:
        self._redis, self._mirror = redis, mirror
        self._clock = ClockOffset(redis)
        self._stopped = threading.Event()
        self._received_at = now_ms()
        self._error = ""
        self._thread = threading.Thread(target=self._run, name="subscriber", daemon=True)
        self.worked_at = now_ms()
        """Time of the thread's newest turn, in ms of the monotonic clock; it ages if the thread hangs."""

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stops the thread."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._listen()
            except RedisError as error:
                self._report(f"Redis: {scrub(str(error))}")
            except ValueError as error:
                self._report(
                    "invalid message from the feed; feed and web workers may run different versions: "
                    f"{scrub(str(error))}"
                )
            except Exception:
                log.exception("a message of the feed could not be applied; reading the complete state")
            self._check_silence()
            self._stopped.wait(_RETRY_S)

    def _listen(self) -> None:
        with self._redis.pubsub() as pubsub:
            pubsub.subscribe(CHANNEL)
            started_at = now_ms()
            # Silence may also mean a dead connection, which raises no error: the next call opens a new one.
            while not self._stopped.is_set() and now_ms() - max(started_at, self._received_at) < _SILENCE_MS:
                self._receive(pubsub)
                self._check_silence()

    def _receive(self, pubsub: PubSub) -> None:
        received = pubsub.get_message(timeout=_POLL_S)
        if received is None:
            return
        if received["type"] == "subscribe":
            self._read_state()
            return
        message = deserialize(received["data"])
        if self._mirror.can_apply(message):
            self._apply(message)
        elif not self._mirror.has_applied(message):
            self._read_state()

    def _read_state(self) -> None:
        """Applies the stored state if an active feed stands behind it."""
        with self._redis.pipeline() as pipeline:
            pipeline.get(LEASE)
            pipeline.hgetall(STATE)
            lease, stored = pipeline.execute()
        parts = {name.decode(): text for name, text in stored.items()}
        if HEADER in parts:
            message = deserialize(join_parts(parts, complete=True))
            if not lease:
                self._mirror.set_initial_info(message.header.info)
            elif not self._mirror.has_applied(message):  # the feed may have died within its lease
                self._apply(message)

    def _apply(self, message: StateMessage) -> None:
        self._mirror.apply(to_local_times(message, self._clock.offset()))
        self._on_received()

    def _on_received(self) -> None:
        self._received_at, self._error = now_ms(), ""

    def _check_silence(self) -> None:
        self.worked_at = now_ms()
        if self.worked_at - self._received_at > _SILENCE_MS:
            silence_s = _SILENCE_MS // 1000
            self._mirror.disconnect(
                self._error or f"No message from the feed for {silence_s} s: it may be stopped or starting"
            )

    def _report(self, error: str) -> None:
        """Logs the first error since the last message; the newest one is shown with the disconnection."""
        if not self._error:
            log.warning("%s", error)
        self._error = error
