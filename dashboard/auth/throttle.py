"""Limits on failed logins: per client, and for all unknown clients together."""

import logging
import math
import time
from collections.abc import Callable
from typing import TypeVar

from limits import parse
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter
from redis import ConnectionPool, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from dashboard.auth.auth_data import EVERYONE, AuthData
from dashboard.errors import SettingsError

log = logging.getLogger(__name__)

_PER_CLIENT = parse("5 per 5 minutes")
_ALL_UNKNOWN = parse("100 per hour")
_T = TypeVar("_T")
_REDIS_TIMEOUT_S = 0.5
"""Seconds to wait for Redis, so that a login does not hang while it is down."""


class _Windows:
    """The moving windows of recent attempts, in one storage."""

    def __init__(self, storage: Storage) -> None:
        self._limiter = MovingWindowRateLimiter(storage)

    def acquire(self, client: str, everyone: str, known: bool) -> int:
        """Counts an attempt in advance, so that concurrent ones count. Returns seconds to wait, or 0."""
        limiter = self._limiter
        if not known and not limiter.test(_ALL_UNKNOWN, everyone):
            return _seconds_until(limiter.get_window_stats(_ALL_UNKNOWN, everyone).reset_time)
        if not limiter.hit(_PER_CLIENT, client):
            return _seconds_until(limiter.get_window_stats(_PER_CLIENT, client).reset_time)
        return 0

    def record_failure(self, everyone: str) -> None:
        self._limiter.hit(_ALL_UNKNOWN, everyone)

    def reset(self, client: str) -> None:
        self._limiter.clear(_PER_CLIENT, client)


class Throttle:
    """Counts attempts in Redis for all workers, if given, and always in this process as a fallback.

    Windows move: a client that waits gets another attempt as old failures expire. A `key` is an address or
    a known device: failures of strangers must not lock its owner out. A clearing begins new windows, with
    names of their own, in every process at once; the old ones expire. Thread-safe.
    """

    def __init__(
        self, redis_url: str | None = None, read_auth_data: Callable[[], AuthData] = AuthData
    ) -> None:
        """`redis_url` is like redis://127.0.0.1/0 or unix:///run/redis/redis.sock. Raises SettingsError."""
        self._read_auth_data = read_auth_data
        self._local = _Windows(MemoryStorage())
        self._shared = _Windows(_redis_storage(redis_url)) if redis_url else None
        self._redis_failed = False

    def acquire(self, key: str, *, known: bool = False) -> int:
        """Returns seconds to wait before an attempt; 0 allows it, and counts it until `reset`."""
        client, everyone = self._window(key), self._window()
        return self._in_both(lambda windows: windows.acquire(client, everyone, known))

    def record_failure(self) -> None:
        """Counts the failed attempt of an unknown client."""
        everyone = self._window()
        self._in_both(lambda windows: windows.record_failure(everyone))

    def reset(self, key: str) -> None:
        """Forgets the attempts of a client that has logged in."""
        client = self._window(key)
        self._in_both(lambda windows: windows.reset(client))

    def _window(self, key: str = EVERYONE) -> str:
        """Returns the name of the window in which attempts count since the last clearing."""
        return f"{key or 'everyone'} since {self._read_auth_data().cleared_at(key)}"

    def _in_both(self, operation: Callable[[_Windows], _T]) -> _T:
        local = operation(self._local)
        if self._shared is None:
            return local
        try:
            shared = operation(self._shared)
        except RedisError as error:
            self._log_once(error)
            return local
        self._redis_failed = False
        return shared

    def _log_once(self, error: RedisError) -> None:
        """Logs the first failure of each outage."""
        if not self._redis_failed:
            log.warning("failed logins are counted per process until Redis is back: %s", error)
        self._redis_failed = True


def _redis_storage(url: str) -> RedisStorage:
    try:
        pool = ConnectionPool.from_url(
            url.replace("redis+unix://", "unix://", 1),
            socket_timeout=_REDIS_TIMEOUT_S,
            socket_connect_timeout=_REDIS_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError:
        raise SettingsError(
            "--redis-url: is no URL of a Redis server: write it like unix:///run/redis/redis.sock"
        ) from None
    return RedisStorage(url, connection_pool=pool, key_prefix="dashboard-login")


def _seconds_until(time_s: float) -> int:
    return max(1, math.ceil(time_s - time.time()))
