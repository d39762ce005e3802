"""Several workers: any of them shows the figures of all, and a dead one looks after nobody."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from dashboard.metrics.multiprocess import VARIABLE, forget_earlier, forget_worker, share
from tests.metrics.conftest import value
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).parents[2]


class Worker:
    """A process that serves the page and its metrics."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.metrics.worker", folder],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        self.pid = self._process.pid
        self._port = int(self._process.stdout.readline())

    def watch(self) -> ClientConnection:
        return connect(f"ws://127.0.0.1:{self._port}/ws/view")

    def tick(self) -> None:
        httpx.post(f"http://127.0.0.1:{self._port}/tick").raise_for_status()

    def value(self, name: str, **labels: str) -> float:
        found = value(httpx.get(f"http://127.0.0.1:{self._port}/metrics").text, name, **labels)
        assert found is not None
        return found

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        self._process.send_signal(how)
        self._process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the process that starts the workers knows of them."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Worker]]:
    with ExitStack() as ending:

        def start() -> Worker:
            worker = Worker(folder)
            ending.callback(worker.end)
            return worker

        yield start


def test_any_worker_tells_of_all(start):
    one, other = start(), start()
    with one.watch() as first, other.watch() as second, other.watch() as third:
        for viewer in (first, second, third):
            viewer.recv(PATIENCE_S)
        assert one.value("dashboard_viewers", stream="view") == 3
        assert other.value("dashboard_viewers", stream="view") == 3
        for worker, viewer in ((one, first), (other, second)):
            worker.tick()
            while "102" not in viewer.recv(PATIENCE_S):
                pass
        assert one.value("dashboard_update_latency_seconds_count") == 2
        assert one.value("dashboard_login_failures_total") == 0


def test_a_worker_that_died_has_no_viewers_but_has_counted(start, folder):
    one, other = start(), start()
    with one.watch() as first, other.watch() as second:
        first.recv(PATIENCE_S)
        second.recv(PATIENCE_S)
        other.tick()
        while "102" not in second.recv(PATIENCE_S):
            pass
        other.end(signal.SIGKILL)
        assert one.value("dashboard_viewers", stream="view") == 2, "nobody has said so yet"
        forget_worker(other.pid)
        assert one.value("dashboard_viewers", stream="view") == 1
        assert one.value("dashboard_update_latency_seconds_count") == 1


def test_an_ordinary_end_leaves_no_viewers(start):
    one, other = start(), start()
    with other.watch() as viewer:
        viewer.recv(PATIENCE_S)
        other.end(signal.SIGTERM)
    until(lambda: one.value("dashboard_viewers", stream="view") == 0)


def test_what_an_earlier_run_left_is_not_shown(start, folder):
    worker = start()
    with worker.watch() as viewer:
        viewer.recv(PATIENCE_S)
        worker.end(signal.SIGKILL)
    assert list(folder.glob("*.db"))
    (folder / "other.txt").touch()
    forget_earlier()
    assert start().value("dashboard_viewers", stream="view") == 0
    assert (folder / "other.txt").exists()


def test_a_folder_is_made_and_named(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "as before")
    share(tmp_path / "run" / "metrics")
    assert os.environ[VARIABLE] == str(tmp_path / "run" / "metrics")
    assert (tmp_path / "run" / "metrics").is_dir()
