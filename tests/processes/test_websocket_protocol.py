"""Websockets over real sockets: floods, invalid frames and handshakes, refusals, unread messages."""

import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from dashboard.processes import http_protocol, websocket_protocol
from dashboard.processes.connection_limits import MAX_WEBSOCKET_FRAMES
from tests.app_server import AppServer, rest_of

LIMIT_S = 0.3
HANDSHAKE = (
    "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG, LAST = 0, 1, 2, 8, 9, 10, 0x80


def frame(first: int, payload: bytes = b"") -> bytes:
    """A frame as a client sends it, with a mask of zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return bytes([first]) + length + bytes(4) + payload


def application() -> FastAPI:
    app = FastAPI()

    @app.websocket("/echo")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    @app.websocket("/endless")
    async def endless(websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.send_text("x" * 10_000)

    app.router.routes.append(WebSocketRoute("/refuse", Refusal()))
    return app


class Refusal:
    """A plain application that refuses each websocket."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"log in"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppServer]:
    monkeypatch.setattr(websocket_protocol, "SEND_TIMEOUT_S", LIMIT_S)
    monkeypatch.setattr(http_protocol, "RECEIVE_TIMEOUT_S", LIMIT_S)
    monkeypatch.setattr(http_protocol, "SEND_TIMEOUT_S", LIMIT_S)
    server = AppServer(application())
    server.start()
    yield server
    server.stop()


Connect = Callable[..., socket.socket]


@pytest.fixture
def connect(server: AppServer) -> Iterator[Connect]:
    """Sends a handshake, and returns the socket."""
    clients = []

    def connect(path: str = "/echo", more: str = "", method: str = "GET", **options: Any) -> socket.socket:
        client = server.connect(**options)
        clients.append(client)
        client.sendall((HANDSHAKE.format(method=method, path=path) + more + "\r\n").encode("latin-1"))
        return client

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def client(connect: Connect) -> socket.socket:
    client = connect()
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        received += client.recv(1)
    assert received.startswith(b"HTTP/1.1 101")
    return client


def close_code(client: socket.socket) -> int:
    """The code of the close frame, before which there may be answers."""
    received = rest_of(client)
    start = received.rindex(bytes([LAST | CLOSE]))
    return int.from_bytes(received[start + 2 : start + 4], "big")


FLOODS = {
    "pings": frame(LAST | PING, b"x" * 125) * 1000,
    "pongs": frame(LAST | PONG) * 1000,
    "fragments": frame(TEXT, b"a") + frame(CONTINUATION, b"a") * 1000,
    "empty fragments": frame(TEXT) + frame(CONTINUATION) * 10_000,
    "messages": frame(LAST | TEXT, b"a") * 10_000,
    "pings in a message": frame(TEXT, b"a") + frame(LAST | PING) * 1000,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_flood_of_frames_closes_the_websocket(client: socket.socket, flood: bytes) -> None:
    try:
        client.sendall(flood)
    except OSError:
        return  # closed while it was sent
    received = rest_of(client)
    assert received.count(bytes([LAST | PONG])) <= MAX_WEBSOCKET_FRAMES + 1024 // len(frame(LAST | PING))
    assert not received or b"more than 40 frames in a second" in received


def test_open_websocket_has_no_time_limit(client: socket.socket) -> None:
    client.settimeout(3 * LIMIT_S)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.sendall(frame(LAST | TEXT, b"hello"))
    assert b"hello" in client.recv(65536)


def test_frames_within_the_rate_are_served(client: socket.socket) -> None:
    client.sendall(frame(LAST | PING, b"p") * (MAX_WEBSOCKET_FRAMES - 2) + frame(LAST | TEXT, b"hello"))
    received = b""
    while b"hello" not in received:
        received += client.recv(65536)
    assert received.count(bytes([LAST | PONG, 1])) == MAX_WEBSOCKET_FRAMES - 2


INVALID = {
    "text that is not UTF-8": (frame(LAST | TEXT, b"\xff\xfe"), 1007),
    "fragments that are not UTF-8": (frame(TEXT, b"\xc3") + frame(LAST | CONTINUATION, b"\x28"), 1007),
    "a continuation of nothing": (frame(LAST | CONTINUATION, b"a"), 1002),
    "a message in a message": (frame(TEXT, b"a") + frame(LAST | TEXT, b"b"), 1002),
    "reserved bits": (frame(0x70 | LAST | TEXT, b"a"), 1002),
    "an unknown kind of frame": (frame(LAST | 3, b"a"), 1002),
    "a fragmented ping": (frame(PING, b"a"), 1002),
    "a large ping": (frame(LAST | PING, b"a" * 200), 1002),
    "an unmasked frame": (bytes([LAST | TEXT, 1]) + b"a", 1002),
    "a close frame of one byte": (frame(LAST | CLOSE, b"a"), 1002),
    "a close frame with an invalid code": (frame(LAST | CLOSE, b"\x00\x05"), 1002),
    "a declared size of many bytes": (bytes([LAST | TEXT, 0xFF]) + b"\x7f" + b"\xff" * 7 + bytes(4), 1009),
    "fragments that are large together": (
        frame(TEXT, b"a" * 40_000) + frame(CONTINUATION, b"a" * 40_000),
        1009,
    ),
}


@pytest.mark.parametrize(("sent", "code"), INVALID.values(), ids=INVALID)
def test_invalid_frame_closes_the_websocket_and_logs_no_error(
    client: socket.socket, sent: bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    client.sendall(sent)
    assert close_code(client) == code
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.WARNING]


def test_random_bytes_close_the_websocket_and_log_no_error(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(50):
        client = connect()
        client.sendall(os.urandom(300))
        client.shutdown(socket.SHUT_WR)
        rest_of(client)
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.WARNING]


HANDSHAKES = {
    "many headers": ({"more": "".join(f"X-{number}: 1\r\n" for number in range(200))}, b"431"),
    "a long header": ({"more": f"X: {'a' * 9000}\r\n"}, b"431"),
    "a long path": ({"path": "/echo?" + "a" * 9000}, b"414"),
    "another method": ({"method": "POST"}, b"405"),
    "a body": ({"more": "Content-Length: 5\r\n"}, b"400"),
    "an unknown path": ({"path": "/nothing"}, b"403"),
    "two keys": ({"more": "Sec-WebSocket-Key: BBBBBBBBBBBBBBBBBBBBBB==\r\n"}, b"400"),
}


@pytest.mark.parametrize(("handshake", "status"), HANDSHAKES.values(), ids=HANDSHAKES)
def test_invalid_handshake_is_answered_and_closed(
    connect: Connect, handshake: dict[str, str], status: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    received = rest_of(connect(**handshake))
    assert received[9:12] in (status, b"")
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.WARNING]


def test_bytes_after_an_invalid_handshake_are_not_read(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    client = connect(more=f"X: {'a' * 9000}\r\n\r\n{'a' * 5000}")
    rest_of(client)
    assert not [record for record in caplog.records if record.exc_info]


def test_refused_websocket_logs_no_error(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(20):
        assert b"401" in rest_of(connect("/refuse"))
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_unread_messages_end_the_websocket(
    server: AppServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()
    connect("/endless", receive_buffer=4096)
    server.wait_until_connected()
    server.wait_until_idle()
    assert time.monotonic() - began >= LIMIT_S
    assert not [record for record in caplog.records if record.exc_info]
