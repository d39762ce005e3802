"""uvicorn's HTTP protocol with what it lacks: time limits for requests and answers, and room for new clients.

Without a proxy in front, each connection that waits would otherwise hold its descriptor for ever.
"""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from dashboard.processes.connection_limits import (
    RECEIVE_TIMEOUT_S,
    SEND_TIMEOUT_S,
    max_connections,
    max_websockets,
)
from dashboard.processes.deadline import Deadline
from dashboard.processes.websocket_protocol import WebSocketProtocol
from dashboard.repeated_lines import RepeatedLines

log = logging.getLogger(__name__)
log.addFilter(RepeatedLines())

_RECEIVING = (h11.IDLE, h11.SEND_BODY)
"""States of a client whose request is not complete."""
_MAX_HEAD_BYTES = 16 * 1024
"""Size limit of a request line with its headers, and of the line before a chunk."""
_LENGTHS = {b"content-length", b"transfer-encoding"}
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 15\r\nConnection: close\r\n\r\n"
)
_TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class _Connection(h11.Connection):
    """h11's parser, which reads a request with two lengths by one of them; a proxy may use the other."""

    def next_event(self) -> Any:
        """Returns the next event. Raises RemoteProtocolError."""
        event = super().next_event()
        if isinstance(event, h11.Request) and {name for name, _ in event.headers} >= _LENGTHS:
            raise h11.RemoteProtocolError("Content-Length and Transfer-Encoding in one request")
        return event


class HttpProtocol(H11Protocol):
    """One connection. If all are in use, the longest waiting one gives way to a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = _Connection(h11.SERVER, _MAX_HEAD_BYTES)
        self.logger = log

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Called for each new connection."""
        super().connection_made(transport)
        self._waiting_since = self.loop.time()
        self._receiving = Deadline(RECEIVE_TIMEOUT_S, self._end_request)
        self._sending = Deadline(SEND_TIMEOUT_S, transport.abort)
        # Any unsent byte pauses writing, so that `_sending` runs until the client has read everything.
        transport.set_write_buffer_limits(high=0)
        self._receiving.start()
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called once the connection is closed."""
        self._stop_deadlines()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Handles what was received so far."""
        super().handle_events()
        is_open = self.transport.get_protocol() is self and not self.transport.is_closing()
        if is_open and self.conn.their_state in _RECEIVING:  # a websocket has another protocol by now
            self._receiving.start()
        else:
            self._receiving.stop()

    def on_response_complete(self) -> None:
        """Called once an answer is written; the client may send its next request."""
        self._waiting_since = self.loop.time()
        super().on_response_complete()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Passes the connection on to the websocket protocol, or answers 503 if there are too many."""
        if sum(isinstance(each, WebSocketProtocol) for each in self.connections) >= max_websockets():
            log.warning(
                "websocket refused: %d are open, the most with this limit of open files", max_websockets()
            )
            self._end_with(_FULL)
            return
        self._stop_deadlines()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Answers an invalid request. In the middle of an answer, the connection is dropped instead."""
        self._detach_application()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.abort()

    def pause_writing(self) -> None:
        """Called while something is not sent yet."""
        super().pause_writing()
        self._sending.start()

    def resume_writing(self) -> None:
        """Called once everything is sent."""
        super().resume_writing()
        self._sending.stop()

    def _end_request(self) -> None:
        """Ends an incomplete request: with an answer if its body is missing and there was none."""
        if self.conn.our_state is h11.SEND_RESPONSE:
            self._detach_application()
            self._end_with(_TIMED_OUT)
        else:
            self.transport.abort()

    def _end_with(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()

    def _detach_application(self) -> None:
        """Ignores the answer of the application: it would follow another one."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _make_room(self) -> None:
        """Drops the connection that waited longest if there are too many; this one if all are at work."""
        if len(self.connections) > max_connections():
            dropped = min(self._waiting(), key=lambda each: each._waiting_since, default=self)
            log.warning(
                "all %d connections are in use: the longest waiting one is dropped", max_connections()
            )
            self.connections.discard(dropped)
            dropped.transport.abort()

    def _waiting(self) -> "Iterator[HttpProtocol]":
        return (
            each for each in self.connections if isinstance(each, HttpProtocol) and each._waits_for_client
        )

    @property
    def _waits_for_client(self) -> bool:
        """True while it waits for a request, or for a client that does not read its answer."""
        return (
            self.timeout_keep_alive_task is not None or self._receiving.is_running or self._sending.is_running
        )

    def _stop_deadlines(self) -> None:
        self._receiving.stop()
        self._sending.stop()
