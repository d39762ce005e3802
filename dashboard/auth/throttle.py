"""How often somebody may be wrong about the password: one alone, and all strangers together."""

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

from dashboard.errors import SettingsError

log = logging.getLogger(__name__)

_EACH = parse("5 per 5 minutes")
_ALL = parse("100 per hour")
_T = TypeVar("_T")
_PATIENCE = 0.5
"""Seconds to wait for Redis: a login does not wait longer for it."""


class _Counts:
    """The tries of the last minutes, in one storage."""

    def __init__(self, storage: Storage) -> None:
        self._limiter = MovingWindowRateLimiter(storage)

    def take(self, who: str, known: bool) -> int:
        """Counts a try beforehand, so that a hundred at once are a hundred. Seconds to wait, or 0."""
        limiter = self._limiter
        if not known and not limiter.test(_ALL, "all"):
            return _until(limiter.get_window_stats(_ALL, "all").reset_time)
        if not limiter.hit(_EACH, "from", who):
            return _until(limiter.get_window_stats(_EACH, "from", who).reset_time)
        return 0

    def failed(self) -> None:
        self._limiter.hit(_ALL, "all")

    def forgive(self, who: str) -> None:
        self._limiter.clear(_EACH, "from", who)


class Throttle:
    """Counts in Redis for all workers, where one is given, and in this process in case it goes away.

    Windows move: whoever waits gets another try, as old failures leave one by one. `who` is an address, or
    a browser that is known: the failures of strangers must not lock its owner out. For any thread.
    """

    def __init__(self, redis_url: str | None = None) -> None:
        """`redis_url` is like redis://127.0.0.1/0 or unix:///run/redis/redis.sock. Raises SettingsError."""
        self._near = _Counts(MemoryStorage())
        self._far = _Counts(_redis(redis_url)) if redis_url else None
        self._complained = False

    def take(self, who: str, *, known: bool = False) -> int:
        """Seconds to wait before a try; 0 if it may be now, and then it counts until it is forgiven."""
        return self._in_both(lambda counts: counts.take(who, known))

    def failed(self) -> None:
        """A stranger's try was wrong."""
        self._in_both(_Counts.failed)

    def forgive(self, who: str) -> None:
        """A try was right: those before it, of the same one, are forgotten."""
        self._in_both(lambda counts: counts.forgive(who))

    def _in_both(self, do: Callable[[_Counts], _T]) -> _T:
        near = do(self._near)
        if self._far is None:
            return near
        try:
            far = do(self._far)
        except RedisError as error:
            self._complain(error)
            return near
        self._complained = False
        return far

    def _complain(self, error: RedisError) -> None:
        """Once for each time that it goes away."""
        if not self._complained:
            log.warning("failed logins are counted in this process alone: Redis: %s", error)
        self._complained = True


def _redis(url: str) -> RedisStorage:
    try:
        pool = ConnectionPool.from_url(
            url.replace("redis+unix://", "unix://", 1),
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError:
        raise SettingsError("--redis-url: write it like unix:///run/redis/redis.sock") from None
    return RedisStorage(url, connection_pool=pool, key_prefix="dashboard-login")


def _until(moment: float) -> int:
    return max(1, math.ceil(moment - time.time()))
