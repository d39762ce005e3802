"""The lease: of all feeds that run, one leads, and only that one can publish.

A feed that was suspended for longer than its lease and wakes up again can publish nothing any more:
Redis itself looks whose turn it is, in the same step in which it stores and announces.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import cast
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError

from dashboard.replication.messages import NOTHING
from dashboard.replication.redis_client import CHANNEL, EPOCH, LEASE, STATE

LEASE_MS = 5_000
"""Milliseconds for which a lease holds without being renewed."""

_ACQUIRE = """
if not redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
local time = redis.call('time')
local clock = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('get', KEYS[2]) or '0')
local epoch = math.max(clock, last + 1, tonumber(ARGV[3]) + 1)
redis.call('set', KEYS[2], string.format('%d', epoch))
redis.call('del', KEYS[3])
return epoch
"""
_PUBLISH = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('pexpire', KEYS[1], ARGV[2])
if ARGV[4] == '1' then redis.call('del', KEYS[2]) end
for at = 5, #ARGV, 2 do
  if ARGV[at + 1] == 'null' then redis.call('hdel', KEYS[2], ARGV[at])
  else redis.call('hset', KEYS[2], ARGV[at], ARGV[at + 1]) end
end
redis.call('publish', KEYS[3], ARGV[3])
return 1
"""
_RENEW = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('pexpire', KEYS[1], ARGV[2])
"""
_RELEASE = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('del', KEYS[1])
"""
assert NOTHING == b"null"


class Lease:
    """One feed's claim to lead. Every method raises RedisError where Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self.epoch = 0
        """That of the time in which it leads, or led last; later ones are larger."""
        self._redis = redis
        self._token = uuid4().hex
        self._acquire = redis.register_script(_ACQUIRE)
        self._publish = redis.register_script(_PUBLISH)
        self._renew = redis.register_script(_RENEW)
        self._release = redis.register_script(_RELEASE)

    def acquire(self) -> bool:
        """Takes the lead, if nobody has it; whatever was known before is cleared away."""
        keys = [LEASE, EPOCH, STATE]
        # The largest of Redis' clock, the last epoch + 1 and our own + 1: an emptied Redis harms as
        # little as a clock that was set back.
        epoch = cast(int, self._acquire(keys=keys, args=[self._token, LEASE_MS, self.epoch]))
        self.epoch = epoch or self.epoch
        return bool(epoch)

    def renew(self) -> bool:
        """Makes it hold on. Returns whether it still held."""
        return bool(self._renew(keys=[LEASE], args=[self._token, LEASE_MS]))

    @contextmanager
    def kept(self, alive: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Renews it in a thread of its own while something is being prepared, and calls `alive` each time."""
        ready = threading.Event()
        thread = threading.Thread(target=self._keep, args=(ready, alive), name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ready.set()
            thread.join()

    def _keep(self, ready: threading.Event, alive: Callable[[], None]) -> None:
        while not ready.wait(LEASE_MS / 5_000):
            alive()
            with suppress(RedisError):  # whoever publishes next will see
                self.renew()

    def publish(self, parts: Mapping[str, bytes], message: bytes, *, whole: bool = False) -> bool:
        """Stores parts of the state, announces the message, and renews. False: it leads no more.

        `whole`: nothing but these parts stays stored.
        """
        fields = [item for part in parts.items() for item in part]
        given = [self._token, LEASE_MS, message, int(whole), *fields]
        return bool(self._publish(keys=[LEASE, STATE, CHANNEL], args=given))

    def release(self) -> None:
        """Lets another one lead at once."""
        self._release(keys=[LEASE], args=[self._token])
