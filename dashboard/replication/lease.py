"""Lease: makes one of the running feeds active; Redis refuses what the others publish.

The script that stores and publishes a message checks the lease in the same step, so a feed that was
suspended for longer than its lease can publish nothing after it wakes up.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import cast
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError

from dashboard.replication.messages import REMOVED
from dashboard.replication.redis_keys import CHANNEL, EPOCH, LEASE, STATE

LEASE_MS = 5_000
"""Time after which a lease expires unless it is renewed."""

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
assert REMOVED == b"null", "as in the script"


class Lease:
    """One feed's lease. Every method raises RedisError if Redis cannot be reached."""

    def __init__(self, redis: Redis) -> None:
        self.epoch = 0
        """Number of the newest period in which this feed held the lease; grows with every period."""
        self._redis = redis
        self._token = uuid4().hex
        self._acquire = redis.register_script(_ACQUIRE)
        self._publish = redis.register_script(_PUBLISH)
        self._renew = redis.register_script(_RENEW)
        self._release = redis.register_script(_RELEASE)

    def acquire(self) -> bool:
        """Acquires the lease if it is free, and clears the stored state. Returns True if it did."""
        keys = [LEASE, EPOCH, STATE]
        # The largest of Redis' clock, the last epoch + 1 and our own + 1: it grows even if Redis was
        # emptied or its clock was set back.
        epoch = cast(int, self._acquire(keys=keys, args=[self._token, LEASE_MS, self.epoch]))
        self.epoch = epoch or self.epoch
        return bool(epoch)

    def renew(self) -> bool:
        """Renews the lease. Returns False if this feed does not hold it."""
        return bool(self._renew(keys=[LEASE], args=[self._token, LEASE_MS]))

    @contextmanager
    def renewed(self, on_renewal: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Renews the lease in a thread while the context is entered, and calls `on_renewal` each time."""
        ended = threading.Event()
        thread = threading.Thread(
            target=self._renew_until, args=(ended, on_renewal), name="lease", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _renew_until(self, ended: threading.Event, on_renewal: Callable[[], None]) -> None:
        while not ended.wait(LEASE_MS / 5_000):
            on_renewal()
            with suppress(RedisError):  # the next publication reports it
                self.renew()

    def publish(self, parts: Mapping[str, bytes], message: bytes, *, complete: bool = False) -> bool:
        """Stores parts of the state, publishes the message and renews the lease.

        With `complete`, the parts replace the stored state. Returns False, without any effect, if this feed
        does not hold the lease.
        """
        fields = [item for part in parts.items() for item in part]
        args = [self._token, LEASE_MS, message, int(complete), *fields]
        return bool(self._publish(keys=[LEASE, STATE, CHANNEL], args=args))

    def release(self) -> None:
        """Releases the lease, so that another feed can acquire it at once."""
        self._release(keys=[LEASE], args=[self._token])
