"""LoginAttempts to log in: two at a time, off the event loop, and not more often than the throttle allows."""

import asyncio
import logging
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from dashboard.auth.auth_store import AuthStore
from dashboard.auth.throttle import Throttle
from dashboard.auth.visitor import Visitor
from dashboard.metrics.registry import LOGIN_FAILURES

log = logging.getLogger(__name__)

_AT_ONCE = 2
"""To compare a password takes 64 MiB: a flood of them must not eat the memory."""
_IN_LINE = 50
"""LoginAttempts that wait for their turn; more are sent away, but for browsers that are known."""
_IN_LINE_EACH = 5
"""LoginAttempts of one visitor that wait: as many as the throttle lets through."""
_BUSY = 5
"""Seconds after which one that was sent away may come again."""


@dataclass(frozen=True, slots=True)
class LoginOutcome:
    """How an attempt went: with a token, or a time to wait in seconds, or neither: it was wrong."""

    token: str | None = field(default=None, repr=False)
    device: str = field(default="", repr=False)
    """The browser's id from now on, beside a token."""
    wait: int = 0


class LoginAttempts:
    """Compares passwords, and counts those that are wrong."""

    def __init__(self, store: AuthStore, throttle: Throttle, hours: float) -> None:
        """`hours` is how long a session lasts."""
        self._store = store
        self._throttle = throttle
        self._hours = hours
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="login")
        self._in_line: Counter[str] = Counter()

    async def make(self, password: str, address: str, device: str | None = None) -> LoginOutcome:
        """One attempt from `address`, by a browser that says it is `device`. Raises AccessFileError."""
        known = device if device and self._store.knows(device) else None
        outcome = await self._in_turn(password, Visitor(address, known))
        if outcome.token is None:
            LOGIN_FAILURES.inc()
        return outcome

    async def _in_turn(self, password: str, visitor: Visitor) -> LoginOutcome:
        if not self._has_room(visitor):
            return LoginOutcome(wait=_BUSY)
        self._in_line[visitor.name] += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._make, password, visitor)
        finally:
            self._in_line -= Counter([visitor.name])

    def _has_room(self, visitor: Visitor) -> bool:
        if self._in_line[visitor.name] >= _IN_LINE_EACH:
            return False
        return visitor.is_known or self._in_line.total() < _IN_LINE

    async def end(self, token: str) -> None:
        """Ends a session. Raises AccessFileError."""
        await asyncio.get_running_loop().run_in_executor(None, self._store.log_out, token)

    def _make(self, password: str, visitor: Visitor) -> LoginOutcome:
        wait = self._throttle.take(visitor.name, known=visitor.is_known)
        if wait:
            return LoginOutcome(wait=wait)
        device = visitor.device or secrets.token_urlsafe(32)
        token = self._store.log_in(password, self._hours, device)
        if token is None:
            self._failed(visitor)
            return LoginOutcome()
        self._throttle.forgive(visitor.name)
        log.info("logged in from %s", visitor.address)
        return LoginOutcome(token, device)

    def _failed(self, visitor: Visitor) -> None:
        if not visitor.is_known:
            self._throttle.failed()
        log.warning("a login from %s failed: wrong password", visitor.address)
