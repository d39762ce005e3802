"""An exchange that returns credentials in its errors: no trace on page, in API, sockets, files and Redis."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import IO

import httpx
import pytest
from redis import Redis
from redis.exceptions import RedisError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.redis_server import RedisServer
from tests.security.echoing_exchange import (
    MARK,
    EchoingExchange,
    echoing_exchange,
    traces,
)
from tests.systemd_harness import FEED, PYTHON, RUN
from tests.waiting import TIMEOUT_S, until

pytestmark = pytest.mark.longest

HEALTH, POSITIONS = "/api/v1/positions/health", "/api/v1/positions"
PATHS = (HEALTH, POSITIONS, "/api/v1/positions/summary", "/metrics", "/readyz", "/")
SOCKETS = ("/ws/view", "/api/v1/positions/stream", "/api/v1/live/bbo")


class Receiver(Thread):
    """Collects all messages of a websocket until it is closed."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.received: list[str] = []
        self.connection = connect(url, open_timeout=TIMEOUT_S, max_size=None, ping_interval=None)
        self.start()

    def run(self) -> None:
        with self.connection, suppress(ConnectionClosed):
            for message in self.connection:
                self.received.append(str(message))


def flags(echoing: EchoingExchange, folder: Path) -> list[str]:
    """Settings that direct a dashboard to the exchange."""
    file = folder / "exchange.json"
    file.write_text(json.dumps(echoing.exchange.ccxt_config()))
    file.chmod(0o600)
    return [f"--exchange-config={file}", f"--log-dir={folder / 'trail'}", f"--state-dir={folder / 'state'}"]


def written_in(folder: Path) -> str:
    """Returns the content of all files, except the settings."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != "exchange.json")
    return "\n".join(file.read_text(errors="replace") for file in files)


@contextmanager
def running(program: str, folder: Path, *flags: str, **environment: str) -> Iterator[IO[str]]:
    """Runs a program of the dashboard, whose log is a file in `folder`. Yields its standard output."""
    with (folder / "log").open("w") as log:
        command = [*PYTHON, program, *flags]
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert process.stdout is not None
        try:
            yield process.stdout
            process.terminate()
            process.wait(TIMEOUT_S)
        finally:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("level", ["--log-level=info", "--debug"])
def test_no_trace_on_the_page_in_the_api_and_in_files(level: str, tmp_path: Path) -> None:
    answers: list[str] = []
    with echoing_exchange() as echoing:
        more = ("--port=0", "--no-browser", level, *flags(echoing, tmp_path))
        with running(RUN, tmp_path, *more) as output:
            url = next(word for word in output.readline().split() if word.startswith("http"))
            receivers = [Receiver(url.replace("http", "ws") + path) for path in SOCKETS]

            def is_shown() -> bool:
                answers.extend(httpx.get(url + path).text for path in PATHS)
                return echoing.has_shown_all and MARK in answers[-len(PATHS)]

            until(is_shown)
            until(lambda: any(MARK in message for message in receivers[0].received))
            echoing.is_echoing = False
            until(lambda: httpx.get(url + POSITIONS).json()["positions"])
        for each in receivers:
            each.join()
        messages = [message for each in receivers for message in each.received]
        assert MARK in (tmp_path / "log").read_text()
        assert traces("\n".join((*answers, *messages, written_in(tmp_path))), echoing) == []


def test_no_trace_in_redis(redis_server: RedisServer, tmp_path: Path) -> None:
    commands: list[str] = []
    shown = Event()
    patient = Redis(unix_socket_path=str(redis_server.path), socket_timeout=None)  # quiet until the feed runs
    with echoing_exchange() as echoing, patient, patient.monitor() as monitor:

        def watch() -> None:
            with suppress(RedisError):  # the connection is closed at the end
                while True:
                    commands.append(str(monitor.next_command()["command"]))
                    if MARK in commands[-1]:
                        shown.set()

        watching = Thread(target=watch, daemon=True)
        watching.start()
        with running(FEED, tmp_path, *flags(echoing, tmp_path), DASHBOARD_REDIS_URL=redis_server.url):
            until(lambda: echoing.has_shown_all)
            assert shown.wait(TIMEOUT_S)
        redis_server.stop()
        watching.join()
        assert traces("\n".join((*commands, written_in(tmp_path))), echoing) == []
