"""The page's websocket: the whole view on connect, then the changes, and a message each second at least."""

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
from dashboard.web.views.selected_position import MAX_LABEL_LENGTH, is_known

_POLICY_VIOLATION = {"type": "websocket.close", "code": 1008}
_TRY_AGAIN = {"type": "websocket.close", "code": 1013, "reason": "unknown position: try again"}

MAX_UNKNOWN_CHANNELS = 8
"""Channels for labels that no position has. After a restart, pages select positions that are not read yet."""


def add_stream(api: FastAPI, context: AppContext, page_view: PageView) -> None:
    """Serves the stream at /ws/view; the query `focus` is the label of the selected position."""
    api.router.routes.append(WebSocketRoute("/ws/view", ViewStream(context, page_view)))


class ViewStream:
    """Streams the live state to every connected page, with one channel for each selected position.

    A plain ASGI application, since the layers of a framework would be most of the cost of a viewer.
    """

    def __init__(self, context: AppContext, page_view: PageView) -> None:
        self._context = context
        self._page_view = page_view
        self._channels: dict[str, ViewChannel] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one viewer let in by AccessMiddleware. One that sends a message is closed with 1008."""
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        selected = _selected(scope)
        if self._is_one_too_many(selected):
            await send(_TRY_AGAIN)
            return
        channel = self._channels.setdefault(
            selected, ViewChannel(self._context, lambda: self._page_view.view(selected))
        )
        try:
            async with channel.viewing():
                with VIEWERS["view"].track_inprogress():
                    violation = await _serve(channel, receive, send)
        finally:
            if channel.viewers == 0 and selected:
                self._channels.pop(selected, None)
        if violation:
            await send(_POLICY_VIOLATION)

    def _is_one_too_many(self, label: str) -> bool:
        if not label or label in self._channels or is_known(self._context, label):
            return False
        unknown = [each for each in self._channels if each and not is_known(self._context, each)]
        return len(unknown) >= MAX_UNKNOWN_CHANNELS


async def _serve(channel: ViewChannel, receive: Receive, send: Send) -> bool:
    """Sends changes until the viewer leaves or sends a message; returns whether it sent one.

    Ends, too, if sending fails: the page takes a websocket that is closed for what it is, and reconnects.
    """
    sending, receiving = asyncio.create_task(_send(channel, send)), asyncio.ensure_future(receive())
    try:
        done, _ = await asyncio.wait((sending, receiving), return_when=asyncio.FIRST_COMPLETED)
        return receiving in done and bool(receiving.result()["type"] == "websocket.receive")
    finally:
        for task in (sending, receiving):
            task.cancel()
        await asyncio.gather(sending, receiving, return_exceptions=True)
        if not sending.cancelled():
            sending.result()


async def _send(channel: ViewChannel, send: Send) -> None:
    """Sends the newest view, then waits for a newer one: a slow viewer skips those between."""
    sent = 0
    with suppress(OSError):  # the viewer has left
        while True:
            version = await channel.broadcast.wait_newer(sent)
            await send({"type": "websocket.send", "text": channel.broadcast.message_since(sent)})
            sent = version


def _selected(scope: Scope) -> str:
    given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("focus", [""])[0]
    return given if len(given) <= MAX_LABEL_LENGTH else ""
