"""The dashboard as it runs: `dashboard-run`, and gunicorn with its workers, each as a separate process."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.systemd_harness import PYTHON, RUN, with_inherited_socket
from tests.waiting import TIMEOUT_S, until

ROOT = Path(__file__).parents[2]
SINGLE = (*PYTHON, RUN, "--demo", "--no-browser")
WORKERS = (sys.executable, "-m", "gunicorn", "--config", str(ROOT / "deploy" / "gunicorn.conf.py"))
WAYS = {"one process": SINGLE, "workers": WORKERS}


@dataclass(frozen=True)
class Running:
    """A running dashboard, its state directory and its log."""

    url: str
    state_dir: Path
    log_file: Path
    socket_path: str | None = None

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def client(self) -> httpx.Client:
        transport = httpx.HTTPTransport(uds=self.socket_path) if self.socket_path else None
        return httpx.Client(base_url=self.url, transport=transport, timeout=TIMEOUT_S)


@contextmanager
def running(
    way: str, folder: Path, *, unix_socket: bool = False, redis_url: str = "unix:///missing", **settings: str
) -> Iterator[Running]:
    """Runs the dashboard on a loopback port or a unix socket until the end; `settings` by name."""
    with _listener(folder if unix_socket else None) as listener, (folder / "log").open("w") as log:
        process = subprocess.Popen(
            with_inherited_socket(listener, list(WAYS[way])),
            env={**os.environ, **_environment(way, folder, redis_url, settings)},
            pass_fds=[listener.fileno()],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            yield _awaited(listener.getsockname(), folder)
        finally:
            process.terminate()
            process.wait(TIMEOUT_S)


def _awaited(address: str | tuple[str, int], folder: Path) -> Running:
    """Returns the dashboard once it answers: requests wait in the socket until then."""
    is_path = isinstance(address, str)
    url = "http://localhost" if is_path else f"http://127.0.0.1:{address[1]}"
    server = Running(url, folder, folder / "log", str(address) if is_path else None)
    with server.client() as client:
        until(lambda: client.get("/healthz").is_success)
    return server


@contextmanager
def _listener(folder: Path | None) -> Iterator[socket.socket]:
    if folder is None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            yield listener
        return
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s"))
        listener.listen()
        yield listener


def _environment(way: str, folder: Path, redis_url: str, settings: Mapping[str, str]) -> dict[str, str]:
    given = {f"DASHBOARD_{name.upper()}": value for name, value in settings.items()}
    folders = {"DASHBOARD_STATE_DIR": str(folder), "DASHBOARD_LOG_DIR": str(folder / "audit")}
    cluster = {"DASHBOARD_REDIS_URL": redis_url, "WEB_CONCURRENCY": "2"} if way == "workers" else {}
    return {"PYTHONPATH": str(ROOT), **folders, **cluster, **given}
