"""The web workers as systemd runs them: gunicorn with its configuration, over a published test feed."""

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, unix_connect

from dashboard.auth.auth_store import AuthStore
from dashboard.paths import auth_file
from dashboard.replication.redis_keys import CHANNEL
from tests.domain.fill_histories import fill
from tests.redis_server import RedisServer
from tests.replication.harness import FeedStub, published
from tests.systemd_harness import NotifySocket, with_inherited_socket
from tests.waiting import TIMEOUT_S, until

pytestmark = pytest.mark.longest

ROOT = Path(__file__).parents[2]
PASSWORD = "a long enough passphrase"
CONFIG = ROOT / "deploy" / "gunicorn.conf.py"


class Workers:
    """Gunicorn on a unix socket with two workers, and a client that is logged in."""

    def __init__(self, redis: RedisServer, folder: Path, manager: NotifySocket, *flags: str) -> None:
        self.path = redis.path.with_name("web.sock")
        store = AuthStore(auth_file(folder))
        store.set_password(PASSWORD)
        self.cookie = {"dashboard": store.log_in(PASSWORD, session_hours=1) or ""}
        bind = ["--bind", f"unix:{self.path}", *flags]
        self.log = folder / "log"
        self._log = self.log.open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", str(CONFIG), *bind],
            env={
                **os.environ,
                "DASHBOARD_REDIS_URL": redis.url,
                "DASHBOARD_STATE_DIR": str(folder),
                "WEB_CONCURRENCY": "2",
                "NOTIFY_SOCKET": manager.path,
                "WATCHDOG_USEC": "800000",
            },
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )
        self.client = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(self.path)),
            base_url="http://localhost",
            timeout=TIMEOUT_S,
            cookies=self.cookie,
        )

    @property
    def pids(self) -> list[int]:
        return sorted(child.pid for child in psutil.Process(self.process.pid).children())

    def positions(self) -> dict[str, object]:
        answer = self.client.get("/api/v1/positions/summary")
        return dict(answer.json()["positions"]) if answer.is_success else {}

    def page(self) -> ClientConnection:
        cookie = "; ".join(f"{name}={token}" for name, token in self.cookie.items())
        headers = {"Cookie": cookie}
        return unix_connect(str(self.path), uri="ws://localhost/ws/view", additional_headers=headers)

    def close(self) -> None:
        if self._log.closed:
            return
        self.client.close()
        workers = psutil.Process(self.process.pid).children()
        self.process.terminate()
        self.process.communicate(timeout=TIMEOUT_S)
        for worker in psutil.wait_procs(workers, 1)[1]:
            worker.kill()
        self._log.close()


@pytest.fixture
def source(redis_server: RedisServer) -> Iterator[FeedStub]:
    source = FeedStub().price("100")
    source.harness.fills(fill("buy 1 @ 100"))
    with published(source.context, redis_server):
        yield source


@pytest.fixture
def serve(redis_server: RedisServer, tmp_path: Path, source: FeedStub) -> Iterator[Callable[..., Workers]]:
    started: list[Workers] = []
    with NotifySocket() as manager:

        def serve(*flags: str) -> Workers:
            started.append(Workers(redis_server, tmp_path, manager, *flags))
            until(lambda: dict(redis_server.client.pubsub_numsub(CHANNEL))[CHANNEL.encode()] == 2)
            for _ in range(3):  # at least one from each: gunicorn does not end a worker that has not booted
                manager.until("WATCHDOG=1")
            until(started[-1].positions)
            return started[-1]

        yield serve
        for workers in started:
            workers.close()


def test_page_api_and_websocket_show_the_published_state(serve: Callable[..., Workers], source: FeedStub):
    workers = serve()
    assert "<title>BTCUSDT" in workers.client.get("/").text
    assert workers.positions().keys() == {"BTC/USDT:USDT"}
    with workers.page() as page:
        source.price("123.4")
        until(lambda: "123.4" in str(page.recv(TIMEOUT_S)))


def test_silent_and_half_sent_requests_leave_room_for_others(serve: Callable[..., Workers]):
    workers = serve()
    for pid in workers.pids:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (128, 128))
    with ExitStack() as clients:
        for number in range(512):
            client = clients.enter_context(socket.socket(socket.AF_UNIX))
            client.settimeout(TIMEOUT_S)
            client.connect(str(workers.path))
            client.sendall(b"GET / HTTP/1.1\r\nHost: local" if number % 2 else b"")
            if number % 64 == 63:
                assert workers.client.get("/healthz").status_code == 200
        assert workers.positions()
    assert "Traceback" not in workers.log.read_text()


def test_killed_and_stalled_workers_are_replaced(serve: Callable[..., Workers]):
    workers = serve("--timeout", "5")
    first, second = workers.pids
    os.kill(first, signal.SIGKILL)
    until(lambda: len(workers.pids) == 2 and first not in workers.pids)
    os.kill(second, signal.SIGSTOP)
    until(lambda: len(workers.pids) == 2 and second not in workers.pids)
    until(workers.positions)


def test_reload_drops_no_request_and_closes_websockets_for_a_reconnect(serve: Callable[..., Workers]):
    workers = serve()
    before = workers.pids
    with workers.page() as page:
        workers.process.send_signal(signal.SIGHUP)
        until(lambda: workers.positions() and not set(workers.pids) & set(before))
        with pytest.raises(ConnectionClosed) as closed:
            until(lambda: not page.recv(TIMEOUT_S))
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1012
    assert workers.positions()


def test_query_strings_are_not_logged(serve: Callable[..., Workers]):
    """An access key in a query is refused, and must not reach the journal."""
    workers = serve()
    workers.client.get("/api/v1/positions?api_key=a-secret-key")
    with pytest.raises(InvalidStatus):
        unix_connect(str(workers.path), uri="ws://localhost/api/v1/live/bbo?access_key=a-secret-key")
    workers.close()
    assert "Listening at" in workers.log.read_text()
    assert "a-secret-key" not in workers.log.read_text()


def test_without_a_password_everything_behind_a_proxy_is_refused(
    serve: Callable[..., Workers], tmp_path: Path
):
    """Also when the password file is lost, and in workers that start afterwards."""
    workers = serve()
    before = workers.pids
    auth_file(tmp_path).rename(tmp_path / "lost")
    workers.process.send_signal(signal.SIGHUP)
    until(lambda: len(workers.pids) == 2 and not set(workers.pids) & set(before))
    until(lambda: workers.client.get("/healthz").is_success)
    for path in ("/", "/api/v1/positions", "/metrics"):
        assert workers.client.get(path).status_code == 503


@pytest.mark.parametrize("beyond", [False, True], ids=["loopback", "all addresses"])
def test_inherited_socket_beyond_loopback_requires_a_password(tmp_path: Path, beyond: bool):
    with socket.create_server(("0.0.0.0" if beyond else "127.0.0.1", 0)) as listener:  # noqa: S104
        command = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG)]
        process = subprocess.Popen(
            with_inherited_socket(listener, command),
            env={
                **os.environ,
                "DASHBOARD_STATE_DIR": str(tmp_path),
                "DASHBOARD_REDIS_URL": "unix:///missing",
            },
            pass_fds=[listener.fileno()],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            if beyond:
                assert process.wait(TIMEOUT_S) == 2
                assert "beyond this machine a password is needed" in process.communicate()[1]
            else:
                url = f"http://127.0.0.1:{listener.getsockname()[1]}/healthz"
                assert httpx.get(url, timeout=TIMEOUT_S).is_success
        finally:
            process.terminate()
            process.communicate(timeout=TIMEOUT_S)


@pytest.mark.parametrize(
    ("setting", "bind", "error"),
    [
        ({}, "127.0.0.1:0", "--redis-url: required"),
        ({"REDIS_URL": "nonsense"}, "127.0.0.1:0", "--redis-url"),
        ({"REDIS_URL": "unix:///missing"}, "0.0.0.0:0", "--host 0.0.0.0: beyond this machine a password"),
        ({"REDIS_URL": "unix:///missing", "ALLOWED_HOSTS": "*"}, "127.0.0.1:0", "--allowed-hosts '*'"),
    ],
    ids=["no Redis URL", "invalid Redis URL", "port without a password", "wildcard host"],
)
def test_wrong_setting_ends_gunicorn_with_one_line(
    tmp_path: Path, setting: dict[str, str], bind: str, error: str
):
    given = {f"DASHBOARD_{name}": value for name, value in setting.items()}
    answer = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", str(CONFIG), "--bind", bind],
        env={**os.environ, "DASHBOARD_STATE_DIR": str(tmp_path), **given},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert answer.returncode == 2
    assert f"dashboard-web: {error}" in answer.stderr
    assert "Traceback" not in answer.stderr
