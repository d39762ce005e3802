"""Metrics of several workers: each exports those of all, and gauges of a dead worker are removed."""

import runpy
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from dashboard.metrics.registry import MULTIPROCESS_DIRECTORY
from tests.metrics.conftest import value
from tests.waiting import TIMEOUT_S, until

ROOT = Path(__file__).parents[2]
GUNICORN = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))


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

    def connect_viewer(self) -> ClientConnection:
        return connect(f"ws://127.0.0.1:{self._port}/ws/view", open_timeout=TIMEOUT_S)

    def tick(self) -> None:
        httpx.post(f"http://127.0.0.1:{self._port}/tick").raise_for_status()

    def value(self, name: str, **labels: str) -> float:
        found = value(httpx.get(f"http://127.0.0.1:{self._port}/metrics").text, name, **labels)
        assert found is not None
        return found

    def end(self, by: signal.Signals = signal.SIGKILL) -> None:
        self._process.send_signal(by)
        self._process.communicate(timeout=TIMEOUT_S)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the workers' metrics, known to this process as to gunicorn's arbiter."""
    monkeypatch.setenv(MULTIPROCESS_DIRECTORY, str(tmp_path))
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Worker]]:
    with ExitStack() as ending:

        def start() -> Worker:
            worker = Worker(folder)
            ending.callback(worker.end)
            return worker

        yield start


def test_each_worker_exports_the_metrics_of_all(start):
    first, second = start(), start()
    with first.connect_viewer() as one, second.connect_viewer() as two, second.connect_viewer() as three:
        for viewer in (one, two, three):
            viewer.recv(TIMEOUT_S)
        assert first.value("dashboard_viewers", stream="view") == 3
        assert second.value("dashboard_viewers", stream="view") == 3
        for worker, viewer in ((first, one), (second, two)):
            worker.tick()
            while "102" not in viewer.recv(TIMEOUT_S):
                pass
        assert first.value("dashboard_update_latency_seconds_count") == 2
        assert first.value("dashboard_login_failures_total") == 0


def test_child_exit_removes_the_viewers_of_a_killed_worker_but_keeps_its_counts(start):
    first, second = start(), start()
    with first.connect_viewer() as one, second.connect_viewer() as two:
        one.recv(TIMEOUT_S)
        two.recv(TIMEOUT_S)
        second.tick()
        while "102" not in two.recv(TIMEOUT_S):
            pass
        second.end(signal.SIGKILL)
        assert first.value("dashboard_viewers", stream="view") == 2, "not yet marked as dead"
        GUNICORN["child_exit"](None, SimpleNamespace(pid=second.pid))
        assert first.value("dashboard_viewers", stream="view") == 1
        assert first.value("dashboard_update_latency_seconds_count") == 1


def test_terminated_worker_leaves_no_viewers(start):
    first, second = start(), start()
    with second.connect_viewer() as viewer:
        viewer.recv(TIMEOUT_S)
        second.end(signal.SIGTERM)
    until(lambda: first.value("dashboard_viewers", stream="view") == 0)
