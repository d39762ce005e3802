"""The websockets: handshake, subscriptions, login, pings, and the faults in all of them."""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress

from aiohttp import WSMessage, WSMsgType, web

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.envelopes import data_frame, error_frame
from dashboard.demo.protocol.fault_injection import Faults
from dashboard.demo.protocol.private_streams import private_stream
from dashboard.demo.protocol.public_streams import public_stream
from dashboard.demo.protocol.signature import login_error
from dashboard.demo.protocol.topic_stream import FrameData, Topic, TopicStream

BACKLOG = 32_768
"""Bytes: a reader who is further behind misses frames, and so never fills the buffer that all others would
wait for.
"""
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER at 0 seconds: closing resets the connection."""


class WebSocketConnection:
    """One client's connection."""

    def __init__(self, room: "WebSocketServer", request: web.Request, private: bool) -> None:
        self._room = room
        self._request = request
        self._ws = web.WebSocketResponse(autoping=False, compress=False, timeout=0.5)
        self._streams: dict[Topic, TopicStream] = {}
        self._logged_in = False
        self.private = private

    @property
    def transport(self) -> asyncio.Transport | None:
        """The TCP connection; None when it is gone."""
        return self._request.transport

    async def serve(self) -> web.WebSocketResponse:
        """Answers the client until it goes."""
        await self._ws.prepare(self._request)
        self._room.sockets.add(self)
        try:
            async for message in self._ws:
                await self._receive(message)
        finally:
            self._room.sockets.discard(self)
        return self._ws

    async def pulse(self, instrument: DemoInstrument | None = None) -> None:
        """Sends what is new; of one instrument, if given."""
        for topic, stream in list(self._streams.items()):
            if instrument is None or topic.is_about(instrument):
                await self._send_news(topic, stream)

    async def send(self, raw: str | bytes) -> None:
        """Sends text or bytes as they are; not to a reader who is far behind."""
        if self._behind():
            return
        with suppress(ConnectionError):
            await (self._ws.send_str(raw) if isinstance(raw, str) else self._ws.send_bytes(raw))

    async def close(self, code: int) -> None:
        """Closes with this code."""
        with suppress(ConnectionError):
            await self._ws.close(code=code)

    def reset(self) -> None:
        """Breaks the TCP connection off, without a word."""
        if self.transport is not None:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()

    async def _receive(self, message: WSMessage) -> None:
        if message.type is WSMsgType.PING and not self._room.faults.ws.silent:
            await self._ws.pong(message.data)
        elif message.type is WSMsgType.TEXT and message.data == "ping":
            if not self._room.faults.ws.silent:
                await self.send("pong")
        elif message.type is WSMsgType.TEXT:
            await self._obey(message.data)

    async def _obey(self, text: str) -> None:
        operations = {"subscribe": self._subscribe, "unsubscribe": self._unsubscribe, "login": self._login}
        operation, args = _read(text)
        if operation not in operations:
            await self._tell(error_frame(30003, "Invalid op"))
            return
        for arg in args:
            await operations[operation](arg)

    async def _subscribe(self, arg: Mapping[str, str]) -> None:
        topic = _topic(arg)
        self._room.subscriptions += 1
        if self.private and not self._logged_in:
            await self._tell(error_frame(30004, "User needs to log in", arg))
            return
        stream = None if self._room.faults.ws.refuse_subscription else self._room.stream(topic, self.private)
        if stream is None:
            await self._tell(error_frame(30001, _no_such(topic), arg))
            return
        await self._tell({"event": "subscribe", "arg": arg})
        if self._speaks() and (picture := stream.first()) is not None:
            await self._send_data(topic, "snapshot", picture)
        self._streams[topic] = stream

    async def _unsubscribe(self, arg: Mapping[str, str]) -> None:
        self._streams.pop(_topic(arg), None)
        await self._tell({"event": "unsubscribe", "arg": arg})

    async def _login(self, arg: Mapping[str, str]) -> None:
        if error := login_error(self._room.account, arg):
            await self._tell(error_frame(*error))
            return
        self._logged_in = True
        await self._tell({"event": "login", "code": 0})

    async def _tell(self, frame: Mapping[str, object]) -> None:
        await self.send(json.dumps(frame, separators=(",", ":")))

    async def _send_news(self, topic: Topic, stream: TopicStream) -> None:
        if self._speaks():
            for rows in stream.next():
                await self._send_data(topic, stream.action, rows)

    async def _send_data(self, topic: Topic, action: str, rows: FrameData | None) -> None:
        faults = self._room.faults.ws
        if faults.null_data > 0:
            faults.null_data -= 1
            rows = None
        text = json.dumps(data_frame(action, topic.arg, rows, self._room.board.wall()), separators=(",", ":"))
        if faults.truncated_json > 0:
            faults.truncated_json -= 1
            text = text[: len(text) // 2]
        await self.send(text)

    def _speaks(self) -> bool:
        """Whether data is sent now; what a stream has to say waits until then."""
        faults = self._room.faults.ws
        return not (faults.silent or faults.no_data or self._behind())

    def _behind(self) -> bool:
        return self.transport is None or self.transport.get_write_buffer_size() > BACKLOG


class WebSocketServer:
    """All connections, and what they have in common."""

    def __init__(self, board: QuoteBoard, account: DemoAccount, faults: Faults) -> None:
        self.board = board
        self.account = account
        self.faults = faults
        self.subscriptions = 0
        self.sockets: set[WebSocketConnection] = set()

    def stream(self, topic: Topic, private: bool) -> TopicStream | None:
        """The stream of a topic, or None if there is none such."""
        if private:
            return private_stream(self.board, self.account, self.faults, topic)
        return public_stream(self.board, topic)

    async def serve_public(self, request: web.Request) -> web.StreamResponse:
        """/v2/ws/public"""
        return await self._serve(request, private=False)

    async def serve_private(self, request: web.Request) -> web.StreamResponse:
        """/v2/ws/private"""
        return await self._serve(request, private=True)

    async def _serve(self, request: web.Request, *, private: bool) -> web.StreamResponse:
        faults = self.faults.ws
        if faults.hang_handshake:
            await asyncio.Event().wait()
        if faults.refuse_handshake is not None:
            later = {} if faults.retry_after is None else {"Retry-After": f"{faults.retry_after:g}"}
            return web.Response(status=faults.refuse_handshake, headers=later)
        return await WebSocketConnection(self, request, private).serve()

    async def pulse(self, instrument: DemoInstrument | None = None) -> None:
        """Sends everybody what is new; of one instrument, if given."""
        for client in list(self.sockets):
            await client.pulse(instrument)

    async def pulse_private(self) -> None:
        """Sends those who have logged in what is new in the account."""
        for client in list(self.sockets):
            if client.private:
                await client.pulse()

    async def drop(self, code: int | None) -> None:
        """Closes all with this code, or resets their connections."""
        if code is not None:
            await asyncio.gather(*(client.close(code) for client in self.sockets))
        for client in list(self.sockets):
            client.reset()


def _read(text: str) -> tuple[str, list[dict[str, str]]]:
    """Operation and arguments of a request; no operation if it is not understood."""
    try:
        request = json.loads(text)
        args = [{str(name): str(value) for name, value in arg.items()} for arg in request["args"]]
        return str(request["op"]), args
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", []


def _topic(arg: Mapping[str, str]) -> Topic:
    return Topic(arg.get("instType", ""), arg.get("channel", ""), arg.get("instId", ""))


def _no_such(topic: Topic) -> str:
    return f"instType:{topic.product},channel:{topic.channel},instId:{topic.instrument_id} doesn't exist"
