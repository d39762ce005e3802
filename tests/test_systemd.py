"""What systemd gives to a service and hears from it."""

import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from dashboard.systemd import Watchdog, notify
from tests.systemd_harness import RUN, Manager, start


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A listening unix socket, as systemd keeps it for a service that may come and go."""
    with TemporaryDirectory(prefix="socket-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(Path(folder) / "web.sock"))
        listener.listen()
        yield listener


def test_a_socket_that_is_handed_over_is_served(listener: socket.socket):
    transport = httpx.HTTPTransport(uds=listener.getsockname())
    with Manager() as manager, httpx.Client(transport=transport, base_url="http://localhost") as client:
        process = start(RUN, "--demo", "--no-browser", manager=manager, listener=listener)
        try:
            # Before it is ready: systemd keeps the socket, so the request waits and is not lost.
            assert client.get("/healthz", timeout=60).json() == {"status": "alive"}
            assert client.get("/").status_code == 503  # behind a proxy, and there is no password
            manager.until("READY=1")
            manager.until("WATCHDOG=1")
        finally:
            process.terminate()
            output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "on the socket" in output


def test_elsewhere_nothing_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


def test_a_manager_that_is_gone_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    with caplog.at_level(logging.INFO):
        notify("READY=1")
    assert not caplog.records


def test_the_watchdog_is_told_no_more_often_than_it_needs(monkeypatch: pytest.MonkeyPatch):
    with Manager() as manager:
        monkeypatch.setenv("NOTIFY_SOCKET", manager.path)
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        watchdog = Watchdog()
        told = 0
        until = time.monotonic() + 0.35
        while time.monotonic() < until:
            watchdog.alive()
        notify("end of it")
        while manager.until("") != "end of it":
            told += 1
        assert 2 <= told <= 4


def test_without_a_watchdog_it_hears_nothing(monkeypatch: pytest.MonkeyPatch):
    with Manager() as manager:
        monkeypatch.setenv("NOTIFY_SOCKET", manager.path)
        monkeypatch.delenv("WATCHDOG_USEC", raising=False)
        Watchdog().alive()
        notify("end of it")
        assert manager.until("") == "end of it"
