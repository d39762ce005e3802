"""A websocket of the API: initial state, then updates, answers and pings."""

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
"""Interval of the pings to a client."""
_PING = '{"type":"ping"}'


class WebSocketSession:
    """An ASGI application that serves one channel to any number of clients."""

    def __init__(
        self,
        broadcaster: Broadcaster,
        initial: Callable[[ConflatingOutbox], list[str]],
        actions: Mapping[str, Answer],
        keepalive_s: float = KEEPALIVE_S,
    ) -> None:
        """`initial` returns the first texts of a client, and sets the `initial_sequence` of its outbox."""
        self._broadcaster = broadcaster
        self._initial = initial
        self._actions = actions
        self._keepalive_s = keepalive_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one client, let in by AccessMiddleware, until it leaves or breaks the protocol."""
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        outbox = ConflatingOutbox()
        self._broadcaster.subscribe(outbox)
        try:
            for text in self._initial(outbox):
                outbox.put(text, text)
            with VIEWERS[_name(scope)].track_inprogress():
                await self._communicate(receive, send, outbox)
        finally:
            self._broadcaster.unsubscribe(outbox)

    async def _communicate(self, receive: Receive, send: Send, outbox: ConflatingOutbox) -> None:
        """Runs until the client leaves, breaks the protocol or is too slow."""
        protocol = ClientProtocol(self._actions)
        tasks = [
            asyncio.create_task(self._send(send, outbox)),
            asyncio.create_task(self._receive(receive, outbox, protocol)),
            asyncio.create_task(self._ping(outbox)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                with suppress(OSError):  # the client has left
                    await task
        except ProtocolViolation as error:
            await self._close(send, error)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, send: Send, outbox: ConflatingOutbox) -> None:
        while True:
            for text in await outbox.take():
                await send({"type": "websocket.send", "text": text})

    async def _receive(self, receive: Receive, outbox: ConflatingOutbox, protocol: ClientProtocol) -> None:
        number = 0
        while (message := await receive())["type"] == "websocket.receive":
            number += 1
            outbox.put(("answer", number), protocol.answer(message))

    async def _ping(self, outbox: ConflatingOutbox) -> None:
        while True:
            for _ in range(20):
                await asyncio.sleep(self._keepalive_s / 20)
                if outbox.overfull:
                    raise ProtocolViolation("too_slow", "too many unsent messages: connect again", TRY_AGAIN)
            outbox.put("ping", _PING)

    async def _close(self, send: Send, error: ProtocolViolation) -> None:
        message = {"type": "error", "code": error.code, "message": str(error)}
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):  # a client that does not read cannot block us longer
                await send({"type": "websocket.send", "text": json.dumps(message)})
                await send({"type": "websocket.close", "code": error.close, "reason": str(error)})


def _name(scope: Scope) -> str:
    """The label of the stream in the metrics."""
    return "bbo" if scope["path"].endswith("/bbo") else "positions"
