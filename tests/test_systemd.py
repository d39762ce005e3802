"""Notifications to systemd, its watchdog, and inherited sockets."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import httpx
import pytest

from dashboard.systemd import Watchdog, notify
from tests.systemd_harness import RUN, NotifySocket, start
from tests.waiting import TIMEOUT_S


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A listening unix socket, as systemd keeps it open across restarts of a service."""
    with TemporaryDirectory(prefix="socket-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(Path(folder) / "web.sock"))
        listener.listen()
        yield listener


def test_inherited_socket_is_served(listener: socket.socket):
    transport = httpx.HTTPTransport(uds=listener.getsockname())
    with NotifySocket() as manager, httpx.Client(transport=transport, base_url="http://localhost") as client:
        process = start(RUN, "--demo", "--no-browser", manager=manager, listener=listener)
        try:
            # Before it is ready: the request waits in the socket.
            assert client.get("/healthz", timeout=TIMEOUT_S).json() == {"status": "alive"}
            assert client.get("/").status_code == 503  # reachable through a proxy, and no password is set
            manager.until("READY=1")
            manager.until("WATCHDOG=1")
        finally:
            process.terminate()
            output, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0
    assert "on the unix socket" in output


def test_notify_without_systemd_does_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


def test_missing_notify_socket_is_no_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "missing"))
    with caplog.at_level(logging.INFO):
        notify("READY=1")
    assert not caplog.records


def test_watchdog_is_pinged_only_as_often_as_needed(monkeypatch: pytest.MonkeyPatch):
    with NotifySocket() as manager:
        monkeypatch.setenv("NOTIFY_SOCKET", manager.path)
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        watchdog = Watchdog()
        pings = 0
        for milliseconds in range(350):
            clock = SimpleNamespace(monotonic=lambda now=milliseconds / 1000: now)
            monkeypatch.setattr("dashboard.systemd.time", clock)
            watchdog.ping()
        notify("STATUS=end")
        while manager.until("") != "STATUS=end":
            pings += 1
        assert pings == 4


def test_watchdog_without_a_timeout_sends_no_ping(monkeypatch: pytest.MonkeyPatch):
    with NotifySocket() as manager:
        monkeypatch.setenv("NOTIFY_SOCKET", manager.path)
        monkeypatch.delenv("WATCHDOG_USEC", raising=False)
        Watchdog().ping()
        notify("STATUS=end")
        assert manager.until("") == "STATUS=end"
