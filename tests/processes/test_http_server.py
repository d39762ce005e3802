"""The HTTP server: listening addresses, --auto-port, shutdown limits and the watchdog."""

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from dashboard.auth.auth_store import AuthStore
from dashboard.config import Settings
from dashboard.errors import PortTaken, SettingsError
from dashboard.paths import auth_file
from dashboard.processes.http_server import Server, listen, uvicorn_config
from dashboard.systemd import notify
from tests.systemd_harness import NotifySocket
from tests.waiting import TIMEOUT_S


def settings(port: int, *, auto_port: bool = False, host: str = "127.0.0.1") -> Settings:
    return Settings(port=port, auto_port=auto_port, host=host)


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def used_port() -> Iterator[int]:
    """A port in use, with a free one after it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield port_of(listener)


def test_free_port_is_listened_on() -> None:
    with listen(settings(0)) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        with socket.create_connection(("127.0.0.1", port_of(listener)), timeout=TIMEOUT_S):
            pass


def test_port_in_use_is_reported(used_port: int) -> None:
    with pytest.raises(PortTaken) as error:
        listen(settings(used_port))
    assert str(error.value) == f"port {used_port} of 127.0.0.1 is in use: give another --port, or --auto-port"
    assert error.value.exit_code == 2


def test_auto_port_takes_a_later_port(used_port: int) -> None:
    with listen(settings(used_port, auto_port=True)) as listener:
        assert used_port < port_of(listener) <= used_port + 50


def test_auto_port_stops_at_the_last_port() -> None:
    with listen(settings(65535, auto_port=True)), pytest.raises(PortTaken, match=r"give another --port$"):
        listen(settings(65535, auto_port=True))


def test_port_can_be_reused_immediately() -> None:
    with listen(settings(0)) as listener:
        port = port_of(listener)
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S):
            accepted, _ = listener.accept()
            accepted.close()  # the server's end closes first: the connection lingers in TIME_WAIT
    with listen(settings(port)) as again:
        assert port_of(again) == port


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.1.evil.com", " "],  # noqa: S104  # refused
)
def test_address_beyond_loopback_requires_a_password(host: str) -> None:
    with pytest.raises(SettingsError, match="beyond this machine a password is needed") as error:
        listen(settings(0, host=host))
    assert str(error.value).startswith(f"--host {host}".strip())


def test_address_beyond_loopback_is_served_with_a_password(tmp_path: Path) -> None:
    AuthStore(auth_file(tmp_path)).set_password("a long enough passphrase")
    with listen(Settings(port=0, host="0.0.0.0", state_dir=tmp_path)) as listener:  # noqa: S104
        assert listener.getsockname()[0] == "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize("auto_port", [False, True], ids=["one port", "--auto-port"])
def test_address_of_another_machine_is_reported(auto_port: bool, tmp_path: Path) -> None:
    """Another port would not help: none is tried or suggested."""
    AuthStore(auth_file(tmp_path)).set_password("a long enough passphrase")
    elsewhere = Settings(host="192.0.2.1", auto_port=auto_port, state_dir=tmp_path)  # RFC 5737
    with pytest.raises(SettingsError) as error:
        listen(elsewhere)
    message = str(error.value)
    assert message.startswith("--host 192.0.2.1 --port 8056: ")
    assert "in use" not in message
    assert error.value.exit_code == 2


def test_port_without_permission_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(SettingsError, match=r"^--host 127\.0\.0\.1 --port 80: Permission denied$"):
        listen(settings(80, auto_port=True))


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_ipv6_address_is_listened_on() -> None:
    try:
        listener = listen(settings(0, host="::1"))
    except SettingsError:
        pytest.skip("this machine has no ::1")
    with listener:
        assert listener.family is socket.AF_INET6


def test_client_can_neither_delay_the_shutdown_nor_send_large_messages() -> None:
    config = uvicorn_config(FastAPI())
    assert config.timeout_graceful_shutdown is not None
    assert config.timeout_graceful_shutdown <= 2
    assert config.ws_max_size <= 1024 * 1024
    assert config.ws_ping_interval


async def test_watchdog_is_not_pinged_while_the_engine_is_stalled(monkeypatch: pytest.MonkeyPatch) -> None:
    app, stalled = FastAPI(), [True, False]
    app.state.is_stalled = stalled.pop
    with NotifySocket() as manager:
        monkeypatch.setenv("NOTIFY_SOCKET", manager.path)
        monkeypatch.setenv("WATCHDOG_USEC", "1")
        server = Server(app, settings(0))
        await server.on_tick(1)
        await server.on_tick(2)
        notify("STATUS=end")
        assert [manager.until(""), manager.until("")] == ["WATCHDOG=1", "STATUS=end"]
