"""Closes open websockets whose session or access key has ended."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.auth.auth_data import AuthData
from dashboard.auth.policy import AccessPolicy
from dashboard.errors import DashboardError

log = logging.getLogger(__name__)

_DISCONNECT: Message = {"type": "websocket.disconnect", "code": 1008}


class ExpiringWebSocket:
    """One open websocket. On expiry the application receives a disconnect, as if the client had left."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.is_expired = False
        self._receive = receive
        self._pending: asyncio.Timeout | None = None

    async def receive(self) -> Message:
        """Returns the client's next message, or a disconnect after expiry."""
        if self.is_expired:
            return _DISCONNECT
        try:
            async with asyncio.timeout(None) as self._pending:
                return await self._receive()
        except TimeoutError:
            return _DISCONNECT
        finally:
            self._pending = None

    def expire(self) -> None:
        """Makes `receive` return a disconnect at once."""
        if not self.is_expired and self._pending is not None:
            self._pending.reschedule(0)
        self.is_expired = True


class WebSocketExpiry:
    """All open websockets of this process, checked by one task while there are any."""

    def __init__(self, policy: AccessPolicy, interval_s: float = 2.0) -> None:
        self._policy = policy
        self._interval_s = interval_s
        self._open: set[ExpiringWebSocket] = set()
        self._task: asyncio.Task[None] | None = None
        self._checked_data: AuthData | None = None
        self._next_expiry = 0.0

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one websocket, and closes it with 1008 when its principal (`scope["user"]`) has ended."""
        websocket = ExpiringWebSocket(scope, receive)
        with self._watched(websocket):
            await app(scope, websocket.receive, send)
        if websocket.is_expired:
            with suppress(OSError, RuntimeError):  # already closed by the client or the application
                await send({"type": "websocket.close", "code": 1008, "reason": "log in again"})

    @contextmanager
    def _watched(self, websocket: ExpiringWebSocket) -> Iterator[None]:
        self._open.add(websocket)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self._open.discard(websocket)
            if not self._open:
                self._task.cancel()
                self._task = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._interval_s)
            for websocket in self._expired():
                websocket.expire()

    def _expired(self) -> list[ExpiringWebSocket]:
        """Returns the websockets to close: all of them if sessions and keys cannot be read."""
        try:
            if not self._may_have_changed():
                return []
            return [websocket for websocket in self._open if not self._is_current(websocket)]
        except DashboardError as error:
            log.error("all websockets are closed: %s", error)
            return list(self._open)

    def _is_current(self, websocket: ExpiringWebSocket) -> bool:
        """True if the policy still allows it, to the same principal."""
        decision = self._policy.decide(websocket.scope)
        return decision.allowed and decision.principal == websocket.scope["user"]

    def _may_have_changed(self) -> bool:
        """True if a session, a key or the password may have changed since the last check."""
        data, now = self._policy.store.read(), self._policy.store.clock()
        if data is self._checked_data and now < self._next_expiry:
            return False
        self._checked_data, self._next_expiry = data, data.next_expiry(now)
        return True
