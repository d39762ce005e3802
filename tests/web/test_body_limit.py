"""Bodies over real sockets: up to 64 kB are read, larger ones answer 413 and close the connection."""

import socket
from collections.abc import Iterator

import pytest

from dashboard.web.app import build_app
from dashboard.web.body_limit import MAX_BODY_BYTES
from tests.app_server import AppServer
from tests.web.scenes import live

POST = b"POST /_dash-update-component HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[AppServer]:
    server = AppServer(build_app(live().context))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server: AppServer) -> Iterator[socket.socket]:
    with server.connect() as client:
        yield client


def status(client: socket.socket) -> bytes:
    return client.recv(65536)[9:12]


def chunks(size: int) -> bytes:
    return b"%x\r\n%s\r\n" % (size, b" " * size)


def test_body_within_the_limit_is_read(client: socket.socket) -> None:
    client.sendall(POST + b"Content-Length: %d\r\n\r\n%s" % (MAX_BODY_BYTES, b" " * MAX_BODY_BYTES))
    assert status(client) == b"400"  # it is no JSON


def test_chunks_within_the_limit_are_read(client: socket.socket) -> None:
    client.sendall(CHUNKED + chunks(MAX_BODY_BYTES // 2) * 2 + b"0\r\n\r\n")
    assert status(client) == b"400"


def test_large_body_is_refused_before_it_is_sent(client: socket.socket) -> None:
    client.sendall(POST + b"Content-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1))
    assert status(client) == b"413"
    assert client.recv(65536) == b""


def test_many_chunks_are_refused_once_they_are_too_large(client: socket.socket) -> None:
    client.sendall(CHUNKED + chunks(MAX_BODY_BYTES) + chunks(1))
    assert status(client) == b"413"
    assert client.recv(65536) == b""


@pytest.mark.parametrize("method", [b"GET", b"PUT", b"DELETE", b"OPTIONS"])
def test_other_methods_have_the_same_limit(client: socket.socket, method: bytes) -> None:
    client.sendall(method + b" / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
    assert status(client) == b"413"


@pytest.mark.parametrize("sent", [POST + b"Content-Length: 100\r\n\r\n{", CHUNKED + b"5\r\n12"])
def test_aborted_body_is_not_served_and_logs_nothing(
    server: AppServer, client: socket.socket, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    client.sendall(sent)
    client.close()
    server.wait_until_idle()
    assert not caplog.records


@pytest.mark.parametrize(
    "path",
    [
        "dash/nothing.js",
        "os/path.py",
        "dash/../../secrets",
        "dash/%2e%2e/%2e%2e/x",
        "x/y",
        "dash/",
        "sys/x.v1m1.js",
    ],
)
def test_unknown_component_suite_answers_404(server: AppServer, client: socket.socket, path: str) -> None:
    client.sendall(f"GET /_dash-component-suites/{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert status(client) == b"404"
