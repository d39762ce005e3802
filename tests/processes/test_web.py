"""The web workers as systemd would run them: gunicorn with its configuration, over a feed of the test's."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, unix_connect

from dashboard.auth.auth_store import AuthStore, auth_file
from dashboard.replication.redis_client import CHANNEL
from tests.domain.fill_histories import fill
from tests.redis_server import RedisServer
from tests.replication.harness import Source, published
from tests.systemd_harness import Manager, handing_over
from tests.waiting import until

ROOT = Path(__file__).parents[2]
PASSWORD = "a long enough passphrase"
CONFIG = ROOT / "deploy" / "gunicorn.conf.py"


class Workers:
    """Gunicorn on a unix socket, with two workers, for somebody who has logged in."""

    def __init__(self, redis: RedisServer, folder: Path, manager: Manager, *flags: str) -> None:
        self.path = redis.path.with_name("web.sock")
        store = AuthStore(auth_file(folder))
        store.set_password(PASSWORD)
        self.cookie = {"dashboard": store.log_in(PASSWORD, hours=1) or ""}
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
            timeout=10,
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
        left = psutil.Process(self.process.pid).children()
        self.process.terminate()
        self.process.communicate(timeout=20)
        for each in psutil.wait_procs(left, 1)[1]:
            each.kill()
        self._log.close()


@pytest.fixture
def source(redis_server: RedisServer) -> Iterator[Source]:
    source = Source().price("100")
    source.books.fills(fill("buy 1 @ 100"))
    with published(source.context, redis_server):
        yield source


@pytest.fixture
def serve(redis_server: RedisServer, tmp_path: Path, source: Source) -> Iterator[Callable[..., Workers]]:
    started: list[Workers] = []
    with Manager() as manager:

        def serve(*flags: str) -> Workers:
            started.append(Workers(redis_server, tmp_path, manager, *flags))
            until(lambda: dict(redis_server.client.pubsub_numsub(CHANNEL))[CHANNEL.encode()] == 2, 30)
            for _ in range(3):  # one from each at least: gunicorn never ends a worker that has not begun
                manager.until("WATCHDOG=1")
            until(started[-1].positions)
            return started[-1]

        yield serve
        for each in started:
            each.close()


def test_page_api_and_stream_show_what_the_feed_knows(serve: Callable[..., Workers], source: Source):
    workers = serve()
    assert "<title>BTCUSDT" in workers.client.get("/").text
    assert workers.positions().keys() == {"BTC/USDT:USDT"}
    with workers.page() as page:
        source.price("123.4")
        until(lambda: "123.4" in str(page.recv(timeout=5)))


def test_a_worker_that_dies_or_hangs_is_replaced(serve: Callable[..., Workers]):
    workers = serve("--timeout", "5")
    first, second = workers.pids
    os.kill(first, signal.SIGKILL)
    until(lambda: len(workers.pids) == 2 and first not in workers.pids, 20)
    os.kill(second, signal.SIGSTOP)
    until(lambda: len(workers.pids) == 2 and second not in workers.pids, 40)
    until(workers.positions)


def test_a_reload_drops_no_request_and_lets_viewers_come_back(serve: Callable[..., Workers]):
    workers = serve()
    before = workers.pids
    with workers.page() as page:
        workers.process.send_signal(signal.SIGHUP)
        until(lambda: workers.positions() and not set(workers.pids) & set(before), 30)
        with pytest.raises(ConnectionClosed) as closed:
            until(lambda: not page.recv(timeout=10))
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1012
    assert workers.positions()


def test_nothing_of_a_query_gets_into_the_log(serve: Callable[..., Workers]):
    """Somebody may put an access key there. It is refused, and must not stand in a journal."""
    workers = serve()
    workers.client.get("/api/v1/positions?api_key=a-secret-key")
    with pytest.raises(InvalidStatus):
        unix_connect(str(workers.path), uri="ws://localhost/api/v1/live/bbo?access_key=a-secret-key")
    workers.close()
    assert "Listening at" in workers.log.read_text()
    assert "a-secret-key" not in workers.log.read_text()


def test_behind_a_proxy_nobody_enters_without_a_password(serve: Callable[..., Workers], tmp_path: Path):
    """Nor once it was lost, in a worker that knew none of it."""
    workers = serve()
    before = workers.pids
    auth_file(tmp_path).rename(tmp_path / "lost")
    workers.process.send_signal(signal.SIGHUP)
    until(lambda: len(workers.pids) == 2 and not set(workers.pids) & set(before), 30)
    until(lambda: workers.client.get("/healthz").is_success)
    for path in ("/", "/api/v1/positions", "/metrics"):
        assert workers.client.get(path).status_code == 503


@pytest.mark.parametrize("beyond", [False, True])
def test_a_socket_of_systemds_is_judged_like_an_own_one(tmp_path: Path, beyond: bool):
    with socket.create_server(("0.0.0.0" if beyond else "127.0.0.1", 0)) as listener:  # noqa: S104
        command = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG)]
        process = subprocess.Popen(
            handing_over(listener, command),
            env={
                **os.environ,
                "DASHBOARD_STATE_DIR": str(tmp_path),
                "DASHBOARD_REDIS_URL": "unix:///nowhere",
            },
            pass_fds=[listener.fileno()],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            if beyond:
                assert process.wait(30) == 2
                assert "beyond this machine a password is needed" in process.communicate()[1]
            else:
                url = f"http://127.0.0.1:{listener.getsockname()[1]}/healthz"
                assert httpx.get(url, timeout=30).is_success
        finally:
            process.terminate()
            process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("setting", "bind", "says"),
    [
        ({}, "127.0.0.1:0", "--redis-url: needed"),
        ({"REDIS_URL": "nonsense"}, "127.0.0.1:0", "--redis-url"),
        ({"REDIS_URL": "unix:///nowhere"}, "0.0.0.0:0", "--host 0.0.0.0: beyond this machine a password"),
        ({"REDIS_URL": "unix:///nowhere", "ALLOWED_HOSTS": "*"}, "127.0.0.1:0", "--allowed-hosts '*'"),
    ],
    ids=["no Redis", "no address of Redis", "an open port", "every host"],
)
def test_what_is_wrong_ends_it_in_one_line(tmp_path: Path, setting: dict[str, str], bind: str, says: str):
    given = {f"DASHBOARD_{name}": value for name, value in setting.items()}
    answer = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", str(CONFIG), "--bind", bind],
        env={**os.environ, "DASHBOARD_STATE_DIR": str(tmp_path), **given},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert answer.returncode == 2
    assert f"dashboard-web: {says}" in answer.stderr
    assert "Traceback" not in answer.stderr
