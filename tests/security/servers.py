"""The dashboard as an attacker finds it: one process, or feed, Redis, two web workers and nginx."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import httpx
import psutil

from dashboard.auth.auth_store import AuthStore
from dashboard.paths import auth_file
from tests.redis_server import RedisServer
from tests.systemd_harness import FEED, RUN
from tests.waiting import TIMEOUT_S, until

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PASSWORD = "correct horse battery"
KEY = "a-key-of-the-settings"
DOMAIN = "dash.example.org"
OTHER_SITE = "https://friend.example.net"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a dashboard listens, and the secrets of those who may enter; as JSON, for all test workers."""

    way: str
    port: int
    """Of 127.0.0.1; 0 for a unix socket."""
    path: str
    """Of the unix socket, if there is no port."""
    tls: bool
    host: str
    """The Host header under which it answers."""
    folder: str
    redis: str = ""
    pids: tuple[int, ...] = ()
    """The processes that serve requests."""
    session: str = ""
    expired: str = ""
    ended: str = ""
    """Tokens of a session that lasts, of one that has expired, and of one that was logged out."""
    key: str = ""
    """An access key of the file; `KEY` is the one of the settings."""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class Running(AbstractContextManager["Running"]):
    """Processes that belong together, with one log, which are ended in the reverse order."""

    def __init__(self, folder: Path, *, password: bool = True) -> None:
        self.folder = folder
        self.log = folder / "log"
        self._log = self.log.open("w")
        self._stack = ExitStack()
        self._stack.callback(self._log.close)
        self._keys = {"DASHBOARD_ACCESS_KEYS": f"settings:{KEY}"} if password else {}
        self._environment = {
            "DASHBOARD_STATE_DIR": str(folder),
            "DASHBOARD_LOG_DIR": str(folder / "audit"),
            "DASHBOARD_ALLOWED_ORIGINS": OTHER_SITE,
            **self._keys,
        }
        self.secrets = _secrets(folder) if password else {}

    def run(self, *command: str, prefix: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*prefix, *command],
            env={**os.environ, **self._environment, **environment},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._stack.callback(_end, process)
        return process

    def redis(self) -> RedisServer:
        server = RedisServer()
        self._stack.callback(server.close)
        return server

    def errors(self) -> list[str]:
        """Lines of the log that an operator would have to look at."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if "Traceback" in line or " ERROR " in line or "CRITICAL" in line]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def start_single(
    running: Running, *flags: str, descriptors: int | None = None, **environment: str
) -> Address:
    """`dashboard-run` with the demo exchange, with at most so many open files if given."""
    prefix = ("prlimit", f"--nofile={descriptors}") if descriptors else ()
    command = (sys.executable, "-c", RUN, "--demo", "--port=0", "--no-browser", *flags)
    process = running.run(*command, prefix=prefix, **environment)
    assert process.stdout is not None
    words = process.stdout.readline().split()
    url = next((word for word in words if word.startswith("http")), None)
    assert url, running.log.read_text()
    host = url.removeprefix("http://")
    port = int(host.rpartition(":")[2])
    return Address(
        "single", port, "", False, host, str(running.folder), pids=(process.pid,), **running.secrets
    )


def start_cluster(running: Running, **environment: str) -> Address:
    """Feed, Redis, two web workers on a unix socket, and nginx with the site of install.sh, if it is here."""
    redis = running.redis()
    running.run(sys.executable, "-c", FEED, "--demo", DASHBOARD_REDIS_URL=redis.url, **environment)
    web, pids = start_workers(running, redis, **environment)
    until(lambda: _positions(web) == 3)
    common = {"folder": str(running.folder), "redis": redis.url, "pids": pids, **running.secrets}
    if NGINX is None:
        return Address("cluster", 0, str(web), False, DOMAIN, **common)
    return Address("cluster", _start_nginx(running, web), "", True, DOMAIN, **common)


def start_workers(running: Running, redis: RedisServer, **environment: str) -> tuple[Path, tuple[int, ...]]:
    """Two web workers; returns their unix socket and their process ids."""
    web = redis.path.with_name("web.sock")
    config = str(ROOT / "deploy" / "gunicorn.conf.py")
    gunicorn = running.run(
        *(sys.executable, "-m", "gunicorn", "--config", config, "--bind", f"unix:{web}"),
        WEB_CONCURRENCY="2",
        DASHBOARD_ALLOWED_HOSTS=DOMAIN,
        DASHBOARD_REDIS_URL=redis.url,
        PYTHONPATH=str(ROOT),
        **environment,
    )
    until(lambda: web.exists() and _positions(web))
    return web, tuple(child.pid for child in psutil.Process(gunicorn.pid).children())


def _start_nginx(running: Running, web: Path) -> int:
    folder, port, redirecting = running.folder / "nginx", _free_port(), _free_port()
    folder.mkdir()
    subprocess.run(
        [ROOT / "dev" / "nginx-site", folder, DOMAIN],
        env={**os.environ, "TLS": "self-signed"},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    own = {
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "listen 80;": f"listen 127.0.0.1:{redirecting};",
        "listen 80 ": f"listen 127.0.0.1:{redirecting} ",
        "listen [::]": "# listen ",
        "/run/dashboard/web.sock": str(web),
        "/opt/dashboard/current/pages/": f"{ROOT}/deploy/pages/",
    }
    for file in (file for file in folder.rglob("*") if file.is_file()):
        text = file.read_text()
        for before, after in own.items():
            text = text.replace(before, after)
        file.write_text(text)
    as_root = "user root; " if os.geteuid() == 0 else ""  # the socket's folder is the test's own
    running.run(NGINX or "", "-c", f"{folder}/nginx.conf", "-g", f"{as_root}daemon off;")
    until(lambda: _accepts(port))
    return port


def _positions(web: Path) -> int:
    """The fewest positions that several answers have: both workers are asked by chance."""
    url, key = "http://localhost/api/v1/positions/summary", {"X-API-Key": KEY}
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(web)), timeout=TIMEOUT_S) as client:
        answers = [client.get(url, headers=key) for _ in range(6)]
    return min(len(answer.json()["positions"]) if answer.is_success else 0 for answer in answers)


def _accepts(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _secrets(folder: Path) -> dict[str, str]:
    store = AuthStore(auth_file(folder))
    store.set_password(PASSWORD)
    sessions = {name: store.log_in(PASSWORD, hours) or "" for name, hours in SESSION_HOURS.items()}
    store.log_out(sessions["ended"])
    key = store.create_key("laptop")
    store.close()
    return {"key": key, **sessions}


SESSION_HOURS: Mapping[str, float] = {"expired": -1.0, "ended": 1.0, "session": 24.0}


def _end(process: subprocess.Popen[str]) -> None:
    """Ends a process and its children; kills those that do not end by themselves."""
    children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    try:
        process.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    for child in psutil.wait_procs(children, 5)[1]:
        child.kill()


WAYS: Mapping[str, Callable[[Running], Address]] = {"single": start_single, "cluster": start_cluster}
