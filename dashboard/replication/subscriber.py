"""Subscriber: a worker's thread that hears the feed through Redis, and knows when it does not."""

import logging
import threading

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from dashboard.clock import now_ms
from dashboard.replication.clock_offset import ClockOffset, translate
from dashboard.replication.messages import HEADER, StateMessage, deserialize, join_parts
from dashboard.replication.mirror import Mirror
from dashboard.replication.redis_client import CHANNEL, LEASE, STATE

log = logging.getLogger(__name__)

_SILENCE = 3_000
"""Milliseconds without a word after which the feed is said to be gone: it speaks each second."""
_TICK = 0.2
"""Seconds between two looks at the clock."""
_AGAIN = 0.3
"""Seconds to the next try where Redis is away."""


class Subscriber:
    """Subscribes, then reads the whole state, then takes each message. A gap is mended by reading anew."""

    def __init__(self, redis: Redis, mirror: Mirror) -> None:
        self._redis, self._mirror = redis, mirror
        self._timing = ClockOffset(redis)
        self._ended = threading.Event()
        self._heard_at = now_ms()
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)
        self.worked_at = now_ms()
        """When it last looked at the clock: one that hangs grows old."""

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._listen()
            except RedisError as error:
                self._say(f"Redis: {' '.join(str(error).split())}")
            except ValueError as error:
                self._say(f"the feed is not understood (another version?): {str(error).splitlines()[0]}")
            except Exception:
                log.exception("a message of the feed could not be taken; everything is read anew")
            self._look_at_clock()
            self._ended.wait(_AGAIN)

    def _listen(self) -> None:
        with self._redis.pubsub() as channel:
            channel.subscribe(CHANNEL)
            since = now_ms()
            # In silence the connection itself may be dead, without a word: the next try has a new one.
            while not self._ended.is_set() and now_ms() - max(since, self._heard_at) < _SILENCE:
                self._hear(channel)
                self._look_at_clock()

    def _hear(self, channel: PubSub) -> None:
        message = channel.get_message(timeout=_TICK)
        if message is None:
            return
        if message["type"] == "subscribe":
            self._read()
            return
        news = deserialize(message["data"])
        if self._mirror.follows(news):
            self._take(news)
        elif not self._mirror.knows(news):
            self._read()
        self._heard()

    def _read(self) -> None:
        """Takes the whole state in, if there is a feed that stands for it."""
        with self._redis.pipeline() as asked:
            asked.get(LEASE)
            asked.hgetall(STATE)
            leader, stored = asked.execute()
        parts = {name.decode(): text for name, text in stored.items()}
        if HEADER in parts:
            news = deserialize(join_parts(parts, whole=True))
            if not leader:
                self._mirror.expect(news.head.info)
            elif not self._mirror.knows(news):  # else it may be what a feed that died has left
                self._take(news)

    def _take(self, news: StateMessage) -> None:
        self._mirror.apply(translate(news, self._timing.offset()))
        self._heard()

    def _heard(self) -> None:
        self._heard_at, self._trouble = now_ms(), ""

    def _look_at_clock(self) -> None:
        self.worked_at = now_ms()
        if self.worked_at - self._heard_at > _SILENCE:
            self._mirror.silence(self._trouble or "The feed is not heard: it may be down, or starting")

    def _say(self, trouble: str) -> None:
        if not self._trouble:
            log.warning("%s", trouble)
        self._trouble = trouble
