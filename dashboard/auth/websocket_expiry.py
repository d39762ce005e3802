"""Ends the websockets of those who may stay no longer."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.auth.auth_data import AuthData
from dashboard.auth.policy import AccessPolicy
from dashboard.errors import DashboardError

log = logging.getLogger(__name__)

_ENDED: Message = {"type": "websocket.disconnect", "code": 1008}


class ExpiringWebSocket:
    """One open websocket. For the application it looks, at the end, as if the client had left."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.is_over = False
        self._receive = receive
        self._hearing: asyncio.Timeout | None = None

    async def receive(self) -> Message:
        """What the client says next, or that the stay is over."""
        if self.is_over:
            return _ENDED
        try:
            async with asyncio.timeout(None) as self._hearing:
                return await self._receive()
        except TimeoutError:
            return _ENDED
        finally:
            self._hearing = None

    def end(self) -> None:
        """Lets `receive` say so at once."""
        if not self.is_over and self._hearing is not None:
            self._hearing.reschedule(0)
        self.is_over = True


class WebSocketExpiry:
    """All open websockets of this process: one task looks after them, as long as there are any."""

    def __init__(self, door: AccessPolicy, interval: float = 2.0) -> None:
        """`interval` is the time in seconds between two looks."""
        self._door = door
        self._interval = interval
        self._stays: set[ExpiringWebSocket] = set()
        self._task: asyncio.Task[None] | None = None
        self._judged_by: AuthData | None = None
        self._judged_until = 0.0

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one websocket, and closes it with 1008 when its session or key has ended."""
        stay = ExpiringWebSocket(scope, receive)
        with self._watched(stay):
            await app(scope, stay.receive, send)
        if stay.is_over:
            with suppress(OSError, RuntimeError):  # it left, or was closed, meanwhile
                await send({"type": "websocket.close", "code": 1008, "reason": "log in again"})

    @contextmanager
    def _watched(self, stay: ExpiringWebSocket) -> Iterator[None]:
        self._stays.add(stay)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self._stays.discard(stay)
            if not self._stays:
                self._task.cancel()
                self._task = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            for stay in self._over():
                stay.end()

    def _over(self) -> list[ExpiringWebSocket]:
        """Those that have to go. All of them where nobody can say."""
        try:
            if not self._something_changed():
                return []
            return [stay for stay in self._stays if not self._door.still_admits(stay.scope)]
        except DashboardError as error:
            log.error("every websocket is closed: %s", error)
            return list(self._stays)

    def _something_changed(self) -> bool:
        """Whether anybody's right may have ended since the last look."""
        contents, now = self._door.store.contents(), self._door.store.clock()
        if contents is self._judged_by and now < self._judged_until:
            return False
        self._judged_by, self._judged_until = contents, contents.next_end(now)
        return True
