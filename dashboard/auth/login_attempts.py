"""Login attempts: two at a time, off the event loop, within the limits of the throttle."""

import asyncio
import logging
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from dashboard.auth.auth_store import AuthStore, digest
from dashboard.auth.throttle import Throttle
from dashboard.metrics.registry import LOGIN_FAILURES

log = logging.getLogger(__name__)

_MAX_CONCURRENT = 2
"""A comparison takes 64 MiB: a flood of attempts must not exhaust the memory."""
_MAX_QUEUED = 50
"""Attempts that wait; known devices may wait beyond it."""
_MAX_QUEUED_PER_CLIENT = 5
"""As many as the throttle allows."""
_QUEUE_FULL_RETRY_S = 5


@dataclass(frozen=True, slots=True)
class LoginClient:
    """The client of an attempt: its address, and the id of a device that has logged in before."""

    address: str
    known_device: str | None = field(default=None, repr=False)

    @property
    def throttle_key(self) -> str:
        """The key under which its attempts are counted."""
        return digest(self.known_device).hex() if self.known_device else self.address

    @property
    def is_known(self) -> bool:
        """True for a device that has logged in before: attempts of strangers do not lock it out."""
        return self.known_device is not None


@dataclass(frozen=True, slots=True)
class LoginOutcome:
    """A session's token, or a time to wait, or neither: the password was wrong."""

    token: str | None = field(default=None, repr=False)
    device: str = field(default="", repr=False)
    """The browser's device id from now on, together with a token."""
    retry_after_s: int = 0


class LoginAttempts:
    """Compares passwords and counts failures."""

    def __init__(self, store: AuthStore, throttle: Throttle, session_hours: float) -> None:
        self._store = store
        self._throttle = throttle
        self._session_hours = session_hours
        self._threads = ThreadPoolExecutor(_MAX_CONCURRENT, thread_name_prefix="login")
        self._queued: Counter[str] = Counter()

    async def log_in(self, password: str, address: str, device: str | None = None) -> LoginOutcome:
        """Makes one attempt; `device` is the id in the browser's cookie. Raises AuthFileError."""
        known_device = device if device and self._store.is_known_device(device) else None
        outcome = await self._queue(password, LoginClient(address, known_device))
        if outcome.token is None:
            LOGIN_FAILURES.inc()
        return outcome

    async def log_out(self, token: str) -> None:
        """Ends a session. Raises AuthFileError."""
        await asyncio.get_running_loop().run_in_executor(None, self._store.log_out, token)

    async def _queue(self, password: str, client: LoginClient) -> LoginOutcome:
        if not self._has_room(client):
            return LoginOutcome(retry_after_s=_QUEUE_FULL_RETRY_S)
        self._queued[client.throttle_key] += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._attempt, password, client)
        finally:
            self._queued -= Counter([client.throttle_key])

    def _has_room(self, client: LoginClient) -> bool:
        if self._queued[client.throttle_key] >= _MAX_QUEUED_PER_CLIENT:
            return False
        return client.is_known or self._queued.total() < _MAX_QUEUED

    def _attempt(self, password: str, client: LoginClient) -> LoginOutcome:
        retry_after_s = self._throttle.acquire(client.throttle_key, known=client.is_known)
        if retry_after_s:
            return LoginOutcome(retry_after_s=retry_after_s)
        device = client.known_device or secrets.token_urlsafe(32)
        token = self._store.log_in(password, self._session_hours, device)
        if token is None:
            self._record_failure(client)
            return LoginOutcome()
        self._throttle.reset(client.throttle_key)
        log.info("login from %s", client.address)
        return LoginOutcome(token, device)

    def _record_failure(self, client: LoginClient) -> None:
        if not client.is_known:
            self._throttle.record_failure()
        log.warning("login from %s failed: wrong password", client.address)
