"""uvicorn's websocket protocol with what it lacks: limits of frames and unread messages, quiet refusals."""

import asyncio
from collections import deque
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from dashboard.processes.connection_limits import MAX_WEBSOCKET_FRAMES, SEND_TIMEOUT_S
from dashboard.processes.deadline import Deadline

_SLICE_BYTES = 1024
"""Bytes that are parsed at once: a flood of tiny frames is recognised before all of them are objects."""
_WINDOW_S = 1.0


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One websocket, from its handshake to its end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._frames_at: deque[float] = deque(maxlen=MAX_WEBSOCKET_FRAMES + 1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called with the connection of the HTTP protocol, at the start of the handshake."""
        super().connection_made(transport)
        self._sending = Deadline(SEND_TIMEOUT_S, self.transport.abort)
        if self.transport.get_write_buffer_size():  # of an answer before the handshake
            self.pause_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called once the connection is closed."""
        self._sending.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Called with bytes of the client."""
        for start in range(0, len(data), _SLICE_BYTES):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + _SLICE_BYTES])

    def handle_events(self) -> None:
        """Handles the frames that were parsed."""
        frames = sum(isinstance(event, Frame) for event in self.conn.events)
        if self.conn.handshake_exc is not None:  # uvicorn would wait for the rest of an invalid handshake
            self._write()
            self.transport.close()
        elif frames and self._is_flooded(frames):
            reason = f"more than {MAX_WEBSOCKET_FRAMES} frames in a second: send fewer"
            self._fail(CloseCode.POLICY_VIOLATION, reason)
        else:
            super().handle_events()

    def send_receive_event_to_app(self) -> None:
        """Passes on a message. Text that is not UTF-8 closes the websocket; uvicorn would log a traceback."""
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self._fail(CloseCode.INVALID_DATA, "text is not UTF-8")
        else:
            super().send_receive_event_to_app()

    async def send(self, message: ASGISendEvent) -> None:
        """Sends an event of the application. After a refused frame the client counts as gone."""
        if self.close_sent and message["type"] != "websocket.http.response.body":
            raise ClientDisconnected
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True  # refused: uvicorn would log an error for each

    def pause_writing(self) -> None:
        """Called while something is not sent yet."""
        super().pause_writing()
        self._sending.start()

    def resume_writing(self) -> None:
        """Called once everything is sent."""
        super().resume_writing()
        self._sending.stop()

    def _is_flooded(self, frames: int) -> bool:
        self._frames_at.extend([self.loop.time()] * frames)
        is_full = len(self._frames_at) > MAX_WEBSOCKET_FRAMES
        return is_full and self._frames_at[-1] - self._frames_at[0] < _WINDOW_S

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.conn.fail(code, reason)
        self.handle_parser_exception()

    def _write(self) -> None:
        self.transport.write(b"".join(self.conn.data_to_send()))


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
