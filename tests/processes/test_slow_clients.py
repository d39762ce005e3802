"""Clients that hold connections: `dashboard-run` with few files and no proxy still serves others."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.sync.client import connect

from tests.processes.test_standalone import dashboard, url_of
from tests.waiting import TIMEOUT_S

pytestmark = pytest.mark.longest

MAX_FILES = 256
HANDSHAKE = (
    b"GET /ws/view HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class Running:
    """A dashboard that may open `MAX_FILES` files, and the sockets of its clients."""

    def __init__(self, url: str, pid: int, log: Path) -> None:
        self.url = url
        self._address = ("127.0.0.1", int(url.rpartition(":")[2]))
        self._process = psutil.Process(pid)
        self._log = log
        self._sockets = ExitStack()

    def open(self, request: bytes, *, receive_buffer: int | None = None) -> socket.socket:
        client = self._sockets.enter_context(socket.socket())
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(TIMEOUT_S)
        client.connect(self._address)
        client.sendall(request)
        return client

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=10)

    @property
    def memory_mb(self) -> float:
        return self._process.memory_info().rss / 1e6

    @property
    def log(self) -> str:
        return self._log.read_text()

    def close(self) -> None:
        self._sockets.close()


@contextmanager
def running(log: Path) -> Iterator[Running]:
    with log.open("w") as stderr, dashboard("--demo", stderr=stderr) as process:
        served = Running(url_of(process), process.pid, log)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (MAX_FILES, MAX_FILES))
        yield served


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("served") / "log") as process:
        yield process


@pytest.fixture
def served(process: Running) -> Iterator[Running]:
    yield process
    process.close()


REQUESTS = {
    "idle": b"",
    "half a request line": b"GET /heal",
    "half a header": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: a",
    "half a body": b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\npassword=",
    "half a chunk": b"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n400\r\n{",
    "a body for a refused method": b"POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Length: 1000\r\n\r\n",
    "kept alive": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "kept alive, half a second one": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET",
}


@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
def test_health_is_answered_while_clients_hold_more_connections_than_files(
    served: Running, request_bytes: bytes
):
    for count in range(2 * MAX_FILES):
        served.open(request_bytes)
        if count % 64 == 63:
            assert served.get("/healthz").status_code == 200
    assert served.get("/readyz").status_code == 200
    assert "Traceback" not in served.log
    assert len(served.log.splitlines()) <= 3


def test_health_is_answered_while_websockets_take_all_they_may(served: Running):
    answers = []
    for _ in range(2 * MAX_FILES):
        client = served.open(HANDSHAKE)
        answers.append(client.recv(16)[9:12])
    assert set(answers) == {b"101", b"503"}
    assert answers.count(b"101") <= MAX_FILES * 9 // 16
    assert served.get("/healthz").status_code == 200
    assert "Traceback" not in served.log
    assert len(served.log.splitlines()) <= 3


def test_unread_answers_take_little_memory(served: Running):
    path = "/_dash-component-suites/plotly/package_data/plotly.min.js"
    assert len(served.get(path).content) > 3e6
    before = served.memory_mb
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    for _ in range(100):
        served.open(request, receive_buffer=4096)
    assert served.get("/healthz").status_code == 200
    assert served.memory_mb - before < 40


def test_unread_views_take_little_memory(served: Running):
    before = served.memory_mb
    for _ in range(100):
        served.open(HANDSHAKE, receive_buffer=4096)
    with connect(served.url.replace("http", "ws") + "/ws/view", open_timeout=TIMEOUT_S) as reader:
        for _ in range(30):  # views that the others have not read
            reader.recv(TIMEOUT_S)
    assert served.get("/healthz").status_code == 200
    assert served.memory_mb - before < 40
