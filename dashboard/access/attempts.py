"""Attempts to log in: two at a time, off the event loop, and not more often than the throttle allows."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from dashboard.access.store import AccessStore
from dashboard.access.throttle import Throttle
from dashboard.meters import LOGIN_FAILURES

log = logging.getLogger(__name__)

_AT_ONCE = 2
"""To compare a password takes 64 MiB: a flood of them must not eat the memory."""
_IN_LINE = 50
"""Attempts that wait for their turn; more are sent away."""
_BUSY = 5
"""Seconds after which one that was sent away may come again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went: with a token, or a time to wait in seconds, or neither: it was wrong."""

    token: str | None = field(default=None, repr=False)
    wait: int = 0


class Attempts:
    """Compares passwords, and counts those that are wrong."""

    def __init__(self, store: AccessStore, throttle: Throttle, hours: float) -> None:
        """`hours` is how long a session lasts."""
        self._store = store
        self._throttle = throttle
        self._hours = hours
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="login")
        self._in_line = 0

    async def make(self, password: str, address: str) -> Outcome:
        """One attempt from `address`. Raises AccessFileError."""
        outcome = await self._in_turn(password, address)
        if outcome.token is None:
            LOGIN_FAILURES.inc()
        return outcome

    async def _in_turn(self, password: str, address: str) -> Outcome:
        if self._in_line >= _IN_LINE:
            return Outcome(wait=_BUSY)
        self._in_line += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._make, password, address)
        finally:
            self._in_line -= 1

    async def end(self, token: str) -> None:
        """Ends a session. Raises AccessFileError."""
        await asyncio.get_running_loop().run_in_executor(None, self._store.log_out, token)

    def _make(self, password: str, address: str) -> Outcome:
        wait = self._throttle.take(address)
        if wait:
            return Outcome(wait=wait)
        token = self._store.log_in(password, self._hours)
        if token is None:
            self._throttle.failed()
            log.warning("a login from %s failed: wrong password", address)
            return Outcome()
        self._throttle.forgive(address)
        log.info("logged in from %s", address)
        return Outcome(token)
