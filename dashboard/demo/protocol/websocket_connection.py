"""One websocket connection: pings, login, subscriptions, and the faults in all of them."""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress

from aiohttp import WSMessage, WSMsgType, web

from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.protocol.envelopes import data_frame, error_frame
from dashboard.demo.protocol.signature import login_error
from dashboard.demo.protocol.stream_source import StreamSource
from dashboard.demo.protocol.topic_stream import FrameData, Topic, TopicStream
from dashboard.demo.protocol.websocket_requests import parse_request, parse_topic, unknown_topic_message

MAX_BUFFERED_BYTES = 32_768
"""A client with more unread bytes misses frames, so that it never delays the others."""
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of 0 seconds: closing resets the TCP connection."""


class WebSocketConnection:
    """One client's connection, public or private."""

    def __init__(self, source: StreamSource, request: web.Request, *, private: bool) -> None:
        self._source = source
        self._request = request
        self._ws = web.WebSocketResponse(autoping=False, compress=False, timeout=0.5)
        self._streams: dict[Topic, TopicStream] = {}
        self._logged_in = False
        self.private = private

    @property
    def transport(self) -> asyncio.Transport | None:
        """The TCP connection; None when it is closed."""
        return self._request.transport

    async def open(self) -> None:
        """Completes the handshake."""
        await self._ws.prepare(self._request)

    async def run(self) -> web.WebSocketResponse:
        """Answers the client until it disconnects."""
        async for message in self._ws:
            await self._receive(message)
        return self._ws

    async def send_updates(self, instrument: DemoInstrument | None = None) -> None:
        """Sends the new data of all subscriptions, or of one instrument's."""
        for topic, stream in list(self._streams.items()):
            if (instrument is None or topic.concerns(instrument)) and self._can_send_data(topic):
                for data in stream.updates():
                    await self._send_data(topic, stream.action, data)

    async def send(self, raw: str | bytes) -> None:
        """Sends text or bytes verbatim, unless the client has too much unread."""
        if self._is_behind():
            return
        with suppress(ConnectionError):
            await (self._ws.send_str(raw) if isinstance(raw, str) else self._ws.send_bytes(raw))

    async def close(self, code: int) -> None:
        """Closes with this code."""
        with suppress(ConnectionError):
            await self._ws.close(code=code)

    def reset(self) -> None:
        """Resets the TCP connection, without a close frame."""
        if self.transport is not None:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()

    async def _receive(self, message: WSMessage) -> None:
        if message.type is WSMsgType.PING and not self._source.faults.ws.silent:
            await self._ws.pong(message.data)
        elif message.type is WSMsgType.TEXT and message.data == "ping":
            if not self._source.faults.ws.silent:
                await self.send("pong")
        elif message.type is WSMsgType.TEXT:
            await self._handle_request(message.data)

    async def _handle_request(self, text: str) -> None:
        handlers = {"subscribe": self._subscribe, "unsubscribe": self._unsubscribe, "login": self._login}
        operation, args = parse_request(text)
        if operation not in handlers:
            await self._send_json(error_frame(30003, "Invalid op"))
            return
        for arg in args:
            await handlers[operation](arg)

    async def _subscribe(self, arg: Mapping[str, str]) -> None:
        topic = parse_topic(arg)
        self._source.subscriptions += 1
        if self.private and not self._logged_in:
            await self._send_json(error_frame(30004, "User needs to log in", arg))
            return
        stream = self._source.open_stream(topic, private=self.private)
        if stream is None:
            await self._send_json(error_frame(30001, unknown_topic_message(topic), arg))
            return
        await self._send_json({"event": "subscribe", "arg": arg})
        if self._can_send_data(topic) and (data := stream.snapshot()) is not None:
            await self._send_data(topic, "snapshot", data)
        self._streams[topic] = stream

    async def _unsubscribe(self, arg: Mapping[str, str]) -> None:
        self._streams.pop(parse_topic(arg), None)
        await self._send_json({"event": "unsubscribe", "arg": arg})

    async def _login(self, arg: Mapping[str, str]) -> None:
        if error := login_error(self._source.account, arg):
            await self._send_json(error_frame(*error))
            return
        self._logged_in = True
        await self._send_json({"event": "login", "code": 0})

    async def _send_json(self, frame: Mapping[str, object]) -> None:
        await self.send(json.dumps(frame, separators=(",", ":")))

    async def _send_data(self, topic: Topic, action: str, data: FrameData | None) -> None:
        faults = self._source.faults.ws
        if faults.null_data > 0:
            faults.null_data -= 1
            data = None
        frame = data_frame(action, topic.arg, data, self._source.quote_board.wall_clock())
        text = json.dumps(frame, separators=(",", ":"))
        if faults.truncated_json > 0:
            faults.truncated_json -= 1
            text = text[: len(text) // 2]
        await self.send(text)

    def _can_send_data(self, topic: Topic) -> bool:
        """True unless a fault or unread data prevents it; streams keep their updates until then."""
        faults = self._source.faults.ws
        muted = faults.silent or faults.no_data or topic.instrument_id in faults.muted_instruments
        return not (muted or self._is_behind())

    def _is_behind(self) -> bool:
        return self.transport is None or self.transport.get_write_buffer_size() > MAX_BUFFERED_BYTES
