"""The server's time limits and its answers to invalid HTTP, over real sockets."""

import logging
import socket
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.processes import http_protocol, websocket_protocol
from dashboard.web.body_limit import BodyLimit
from tests.app_server import AppServer, rest_of

LIMIT_S = 0.3


class Refusals:
    """Refuses a path without reading the body, as a request without a login."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = scope.get("path") == "/refused"
        await (PlainTextResponse("refused", 401) if refused else self._app)(scope, receive, send)


def application() -> FastAPI:
    app = FastAPI()
    app.add_middleware(BodyLimit)
    app.add_middleware(Refusals)

    @app.get("/")
    async def read() -> PlainTextResponse:
        return PlainTextResponse("read")

    @app.post("/")
    async def write(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{len(await request.body())} bytes")

    @app.get("/large")
    async def large() -> PlainTextResponse:
        return PlainTextResponse("x" * 20_000_000)

    return app


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppServer]:
    """A server with short time limits."""
    monkeypatch.setattr(http_protocol, "RECEIVE_TIMEOUT_S", LIMIT_S)
    monkeypatch.setattr(http_protocol, "SEND_TIMEOUT_S", LIMIT_S)
    monkeypatch.setattr(websocket_protocol, "SEND_TIMEOUT_S", LIMIT_S)
    server = AppServer(application())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server: AppServer) -> Iterator[socket.socket]:
    with server.connect() as client:
        yield client


GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"GET /", b""),
        (b"\r\n", b"400"),
        (GET + b"X-Slow: 1", b""),
        (POST + b"Content-Length: 10\r\n\r\n123", b"408"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12", b"408"),
        (GET + b"\r\nGET", b"200"),
        (GET + b"\r\n" + POST + b"Content-Length: 10\r\n\r\n123", b"200"),
        (b"POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123", b"401"),
    ],
    ids=[
        "nothing", "half a line", "an empty line", "half a header", "half a body", "half a chunk",
        "half a second request", "half a second body", "half a body of a refused request",
    ],
)  # fmt: skip
def test_incomplete_request_is_dropped_after_the_time_limit(
    client: socket.socket, sent: bytes, status: bytes
) -> None:
    client.sendall(sent)
    assert rest_of(client)[9:12] == status


def test_bytes_that_trickle_do_not_prolong_the_time_limit(client: socket.socket) -> None:
    client.sendall(GET)
    client.settimeout(0.02)
    with pytest.raises(OSError, match=r"reset|[Bb]roken pipe|closed") as end:  # noqa: PT012  # one loop
        for _ in range(10_000):
            client.sendall(b"X: 1\r\n")
            try:
                if client.recv(1) == b"":
                    raise ConnectionAbortedError("closed")
            except TimeoutError:
                continue
    assert not isinstance(end.value, TimeoutError)


def test_complete_requests_are_served_one_after_another_on_one_connection(client: socket.socket) -> None:
    for _ in range(3):
        client.sendall(POST + b"Content-Length: 3\r\n\r\n123")
        answer = b""
        while b"3 bytes" not in answer:
            answer += client.recv(65536)


def test_unread_answer_is_dropped_after_the_time_limit(server: AppServer) -> None:
    with server.connect(receive_buffer=4096) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        server.wait_until_idle()
        assert len(rest_of(client)) < 20_000_000


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        GET + b"Bad Header: 1\r\n\r\n",
        GET + b"X: \x00\r\n\r\n",
        GET + b"X: " + b"a" * 100_000,
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    ],
    ids=lambda sent: repr(sent[:60]),
)  # fmt: skip
def test_invalid_request_leaves_no_traceback(
    client: socket.socket, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.sendall(sent)
        assert rest_of(client)[9:10] in (b"", b"2", b"4", b"5")
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]


def test_invalid_chunk_after_the_answer_leaves_no_traceback(
    client: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    client.sendall(b"POST /refused HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert client.recv(65536)[9:12] == b"401"
    client.sendall(b"zz\r\n")
    rest_of(client)
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]


def test_invalid_requests_are_logged_once_a_minute(
    server: AppServer, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        with server.connect() as client:
            client.sendall(b"GET\r\n\r\n")
            rest_of(client)
    assert len([record for record in caplog.records if "Invalid HTTP" in record.getMessage()]) <= 1
