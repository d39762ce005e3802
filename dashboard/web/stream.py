"""The page's websocket: the whole view on connect, then what changed, and a sign of life each second."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from dashboard.access import origin_allowed
from dashboard.clock import now_ms
from dashboard.runtime import Snapshot
from dashboard.web.broadcast import Broadcast
from dashboard.web.desk import Desk
from dashboard.web.view import view

_SIGN_OF_LIFE = 1.0
"""Seconds after which a view is sent though nothing happened: ages go on, and silence would mean death."""
_BREATH = 0.016
"""Seconds between two views at least: a screen shows no more of them."""

_FRESH = 100
"""Milliseconds up to which a view may have been made before a page gets it as its first."""

_POLICY_VIOLATION = {"type": "websocket.close", "code": 1008}

log = logging.getLogger(__name__)


def add_stream(api: FastAPI, desk: Desk) -> None:
    """Serves the stream at /ws/view."""
    api.router.routes.append(WebSocketRoute("/ws/view", ViewStream(desk)))


class ViewStream:
    """Shows the live state to every connected page. Works only while somebody looks.

    An ASGI application of its own: what a viewer costs is mostly what stands between it and the server.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._broadcast = Broadcast(lambda: view(desk.runtime.snapshot, desk, now_ms()))
        self._refreshed_at = 0
        self._viewers = 0
        self._refreshing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one viewer until it leaves. It has nothing to say: one that speaks is closed with 1008."""
        await receive()  # the request to connect
        if not origin_allowed(Headers(scope=scope)):
            await send(_POLICY_VIOLATION)
            return
        await send({"type": "websocket.accept"})
        async with self._watched():
            sending = asyncio.create_task(self._send(send))
            try:
                spoke = (await receive())["type"] == "websocket.receive"
            finally:
                sending.cancel()
                with suppress(asyncio.CancelledError):
                    await sending
        if spoke:
            await send(_POLICY_VIOLATION)

    async def _send(self, send: Send) -> None:
        """Sends the newest, then waits: a viewer that is slow to take it skips what came meanwhile."""
        sent = 0
        with suppress(OSError):  # it left while we spoke
            while True:
                version = await self._broadcast.newer_than(sent)
                await send({"type": "websocket.send", "text": self._broadcast.since(sent)})
                sent = version

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """Keeps the view fresh while there is at least one viewer."""
        self._viewers += 1
        if now_ms() - self._refreshed_at > _FRESH:
            self._refresh()
        if self._refreshing is None:
            self._refreshing = asyncio.create_task(self._keep_fresh())
        try:
            yield
        finally:
            self._viewers -= 1
            if self._viewers == 0:
                self._refreshing.cancel()
                self._refreshing = None

    def _refresh(self) -> None:
        self._refreshed_at = now_ms()
        try:
            self._broadcast.refresh()
        except Exception:
            # The pages hear nothing and turn grey by themselves, which is the truth.
            log.exception("the view could not be made")

    async def _keep_fresh(self) -> None:
        news, loop = asyncio.Event(), asyncio.get_running_loop()

        def tell(_snapshot: Snapshot) -> None:
            """Runs in the feed's thread. One call is enough until it was heard."""
            if not news.is_set():
                with suppress(RuntimeError):  # the loop was just closed
                    loop.call_soon_threadsafe(news.set)

        forget = self._desk.runtime.register(tell)
        try:
            while True:
                news.clear()
                self._refresh()
                await asyncio.sleep(_BREATH)
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), _SIGN_OF_LIFE)
        finally:
            forget()
