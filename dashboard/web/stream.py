"""The page's websocket: the whole view on connect, then what changed, and a sign of life each second."""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from dashboard.app.context import AppContext
from dashboard.metrics.registry import VIEWERS
from dashboard.web.view_channel import ViewChannel
from dashboard.web.views.page_view import PageView
from dashboard.web.views.selected_position import LONGEST

_POLICY_VIOLATION = {"type": "websocket.close", "code": 1008}


def add_stream(api: FastAPI, context: AppContext, look: PageView) -> None:
    """Serves the stream at /ws/view; its query names the position that the page looks at."""
    api.router.routes.append(WebSocketRoute("/ws/view", ViewStream(context, look)))


class ViewStream:
    """Shows the live state to every connected page: a room for each position that is looked at.

    An ASGI application of its own: what a viewer costs is mostly what stands between it and the server.
    """

    def __init__(self, context: AppContext, look: PageView) -> None:
        self._context = context
        self._look = look
        self._rooms: dict[str, ViewChannel] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one viewer until it leaves. It has nothing to say: one that speaks is closed with 1008."""
        await receive()  # websocket.connect, let in by AccessMiddleware
        await send({"type": "websocket.accept"})
        focus = _focus(scope)
        room = self._rooms.setdefault(focus, ViewChannel(self._context, lambda: self._look.view(focus)))
        try:
            async with room.watched():
                with VIEWERS["view"].track_inprogress():
                    spoke = await _serve(room, receive, send)
        finally:
            if room.viewers == 0 and focus:
                self._rooms.pop(focus, None)
        if spoke:
            await send(_POLICY_VIOLATION)


async def _serve(room: ViewChannel, receive: Receive, send: Send) -> bool:
    """Sends what is new until the viewer leaves, or speaks; returns whether it spoke."""
    sending = asyncio.create_task(_send(room, send))
    try:
        return bool((await receive())["type"] == "websocket.receive")
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending


async def _send(room: ViewChannel, send: Send) -> None:
    """Sends the newest, then waits: a viewer that is slow to take it skips what came meanwhile."""
    sent = 0
    with suppress(OSError):  # it left while we spoke
        while True:
            version = await room.broadcast.newer_than(sent)
            await send({"type": "websocket.send", "text": room.broadcast.since(sent)})
            sent = version


def _focus(scope: Scope) -> str:
    given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("focus", [""])[0]
    return given if len(given) <= LONGEST else ""
