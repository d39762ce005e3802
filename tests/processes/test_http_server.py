"""Listening: a port that is taken is said to be, and --auto-port finds the next."""

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.auth.auth_store import AuthStore
from dashboard.config import Settings
from dashboard.errors import PortTaken, SettingsError
from dashboard.paths import auth_file
from dashboard.processes.http_server import listen, uvicorn_config


def settings(port: int, *, auto_port: bool = False, host: str = "127.0.0.1") -> Settings:
    return Settings(port=port, auto_port=auto_port, host=host)


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens, with a free one after it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield port_of(listener)


def test_a_free_port_is_listened_on() -> None:
    with listen(settings(0)) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        with socket.create_connection(("127.0.0.1", port_of(listener)), timeout=5):
            pass


def test_a_taken_port(taken: int) -> None:
    with pytest.raises(PortTaken) as error:
        listen(settings(taken))
    assert str(error.value) == f"port {taken} of 127.0.0.1 is taken: give another --port, or --auto-port"
    assert error.value.exit_code == 2


def test_auto_port_takes_a_later_one(taken: int) -> None:
    with listen(settings(taken, auto_port=True)) as listener:
        assert taken < port_of(listener) <= taken + 50


def test_auto_port_knows_the_last_port() -> None:
    with listen(settings(65535, auto_port=True)), pytest.raises(PortTaken, match=r"give another --port$"):
        listen(settings(65535, auto_port=True))


def test_a_port_is_free_again_at_once() -> None:
    with listen(settings(0)) as listener:
        port = port_of(listener)
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            accepted, _ = listener.accept()
            accepted.close()  # the server's end closes first: the connection lingers in TIME_WAIT
    with listen(settings(port)) as again:
        assert port_of(again) == port


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.1.evil.com", " "],  # noqa: S104  # refused
)
def test_beyond_this_machine_only_behind_a_password(host: str) -> None:
    with pytest.raises(SettingsError, match="beyond this machine a password is needed") as error:
        listen(settings(0, host=host))
    assert str(error.value).startswith(f"--host {host}: ")


def test_with_a_password_everybody_may_ask(tmp_path: Path) -> None:
    AuthStore(auth_file(tmp_path)).set_password("a long enough passphrase")
    with listen(Settings(port=0, host="0.0.0.0", state_dir=tmp_path)) as listener:  # noqa: S104
        assert listener.getsockname()[0] == "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize("auto_port", [False, True], ids=["one port", "--auto-port"])
def test_an_address_that_is_not_this_machines(auto_port: bool, tmp_path: Path) -> None:
    """No other port would help, so none is tried and none is advised."""
    AuthStore(auth_file(tmp_path)).set_password("a long enough passphrase")
    elsewhere = Settings(host="192.0.2.1", auto_port=auto_port, state_dir=tmp_path)  # RFC 5737
    with pytest.raises(SettingsError) as error:
        listen(elsewhere)
    message = str(error.value)
    assert message.startswith("--host 192.0.2.1 --port 8056: ")
    assert "taken" not in message
    assert error.value.exit_code == 2


def test_a_port_that_may_not_be_listened_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(SettingsError, match=r"^--host 127\.0\.0\.1 --port 80: Permission denied$"):
        listen(settings(80, auto_port=True))


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_ipv6() -> None:
    try:
        listener = listen(settings(0, host="::1"))
    except SettingsError:
        pytest.skip("this machine has no ::1")
    with listener:
        assert listener.family is socket.AF_INET6


def test_no_viewer_can_hold_up_the_shutdown_or_send_much() -> None:
    from fastapi import FastAPI

    config = uvicorn_config(FastAPI())
    assert config.timeout_graceful_shutdown is not None
    assert config.timeout_graceful_shutdown <= 2
    assert config.ws_max_size <= 1024 * 1024
    assert config.ws_ping_interval
