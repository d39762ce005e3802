"""A websocket of the API: the first messages, then changes, answers and pings."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from dashboard.api.broadcaster import Broadcaster
from dashboard.api.client_messages import TRY_AGAIN, Answer, ClientProtocol, ProtocolViolation
from dashboard.api.outbox import ConflatingOutbox
from dashboard.metrics.registry import VIEWERS

KEEPALIVE_S = 20.0
"""Seconds between two pings of ours to a client."""
_PING = '{"type":"ping"}'


class WebSocketSession:
    """An ASGI application that serves one channel to any number of clients."""

    def __init__(
        self,
        channel: Broadcaster,
        first: Callable[[ConflatingOutbox], list[str]],
        actions: Mapping[str, Answer],
        keepalive: float = KEEPALIVE_S,
    ) -> None:
        """`first` makes what a new client is sent, and notes in its slot which news it includes."""
        self._channel = channel
        self._first = first
        self._actions = actions
        self._keepalive = keepalive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one client until it leaves or violates the protocol. AccessMiddleware has let it in."""
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        slot = ConflatingOutbox()
        self._channel.enter(slot)
        try:
            for text in self._first(slot):
                slot.put(text, text)
            with VIEWERS[_name(scope)].track_inprogress():
                await self._talk(receive, send, slot)
        finally:
            self._channel.leave(slot)

    async def _talk(self, receive: Receive, send: Send, slot: ConflatingOutbox) -> None:
        """Whatever ends first ends all: the client left, was refused, or is too slow."""
        conversation = ClientProtocol(self._actions)
        tasks = [
            asyncio.create_task(self._send(send, slot)),
            asyncio.create_task(self._hear(receive, slot, conversation)),
            asyncio.create_task(self._ping(slot)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                with suppress(OSError):  # it left while we spoke
                    await task
        except ProtocolViolation as error:
            await self._close(send, error)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, send: Send, slot: ConflatingOutbox) -> None:
        while True:
            for text in await slot.take():
                await send({"type": "websocket.send", "text": text})

    async def _hear(self, receive: Receive, slot: ConflatingOutbox, conversation: ClientProtocol) -> None:
        number = 0
        while (message := await receive())["type"] == "websocket.receive":
            number += 1
            slot.put(("answer", number), conversation.answer(message))

    async def _ping(self, slot: ConflatingOutbox) -> None:
        while True:
            for _ in range(20):
                await asyncio.sleep(self._keepalive / 20)
                if slot.overfull:
                    raise ProtocolViolation("too_slow", "too much is waiting: connect again", TRY_AGAIN)
            slot.put("ping", _PING)

    async def _close(self, send: Send, error: ProtocolViolation) -> None:
        said = {"type": "error", "code": error.code, "message": str(error)}
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):  # a client that reads nothing does not hear why
                await send({"type": "websocket.send", "text": json.dumps(said)})
                await send({"type": "websocket.close", "code": error.close, "reason": str(error)})


def _name(scope: Scope) -> str:
    """Under which its clients are counted."""
    return "bbo" if scope["path"].endswith("/bbo") else "positions"
