"""An open websocket is closed with the session or the key that opened it, and with no other."""

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.auth.conftest import PASSWORD, AuthTestApp
from tests.waiting import TIMEOUT_S

SOCKETS = ("/ws/view", "/api/v1/positions/stream", "/api/v1/live/bbo")


def closed_by(socket: ClientConnection) -> int | None:
    """Waits until it is closed. Returns the code, or None after the timeout."""
    until = time.monotonic() + TIMEOUT_S
    with suppress(ConnectionClosed):
        while True:
            socket.recv(until - time.monotonic())
    return socket.close_code


def expire(site: AuthTestApp) -> None:
    now = site.inner.clock()
    site.inner.clock = lambda: now + 2 * 3600


def replace(site: AuthTestApp) -> None:
    other = site.store.path.with_name("other")
    other.write_text("no database")
    other.rename(site.store.path)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda site: site.client.post("/logout"), id="log-out"),
        pytest.param(lambda site: site.store.log_out_all(), id="log-out of all"),
        pytest.param(lambda site: site.store.set_password("another long password"), id="new password"),
        pytest.param(expire, id="expiry"),
        pytest.param(lambda site: site.store.path.unlink(), id="lost file"),
        pytest.param(replace, id="replaced file"),
    ],
)
def test_websockets_close_with_the_session(
    visit: Callable[..., AuthTestApp], end: Callable[[AuthTestApp], object]
) -> None:
    site = visit(session_hours=1)
    site.log_in()
    with ExitStack() as stack:
        sockets = [stack.enter_context(site.websocket(path)) for path in SOCKETS]
        for socket in sockets:
            assert socket.recv(TIMEOUT_S)
        end(site)
        assert [closed_by(socket) for socket in sockets] == [1008] * 3


@pytest.mark.parametrize("password", [PASSWORD, None])
def test_websocket_closes_with_the_key(visit: Callable[..., AuthTestApp], password: str | None) -> None:
    site = visit(password)
    keys = {name: site.store.create_key(name) for name in ("laptop", "phone")}
    with (
        site.websocket(SOCKETS[1], x_api_key=keys["laptop"]) as laptop,
        site.websocket(SOCKETS[1], x_api_key=keys["phone"]) as phone,
    ):
        site.store.revoke_key("laptop")
        assert closed_by(laptop) == 1008
        phone.send('{"action": "ping"}')
        while "pong" not in phone.recv(TIMEOUT_S):
            pass


def test_websocket_closes_with_its_session_although_its_key_remains(site: AuthTestApp) -> None:
    key = site.store.create_key("laptop")
    site.log_in()
    with site.websocket(SOCKETS[1], x_api_key=key) as socket:
        assert socket.recv(TIMEOUT_S)
        site.store.log_out_all()
        assert closed_by(socket) == 1008


def test_websocket_closes_when_a_first_password_is_set(visit: Callable[..., AuthTestApp]) -> None:
    site = visit(None)
    with site.websocket() as socket:
        assert socket.recv(TIMEOUT_S)
        site.store.set_password(PASSWORD)
        assert closed_by(socket) == 1008


def test_websockets_of_other_sessions_stay_open(site: AuthTestApp) -> None:
    site.log_in()
    with site.websocket() as staying:
        site.client.cookies.clear()
        site.log_in()
        with site.websocket() as leaving:
            site.client.post("/logout")
            assert closed_by(leaving) == 1008
        for _ in range(3):
            assert staying.recv(TIMEOUT_S)


def test_watching_resumes_after_the_last_websocket_closed(site: AuthTestApp) -> None:
    site.log_in()
    for _ in range(3):
        with site.websocket() as socket:
            assert socket.recv(TIMEOUT_S)
    with site.websocket() as socket:
        site.store.log_out_all()
        assert closed_by(socket) == 1008


def test_closed_websocket_is_forgotten(site: AuthTestApp, caplog: pytest.LogCaptureFixture) -> None:
    site.log_in()
    with site.websocket(SOCKETS[1]) as socket:
        socket.recv(TIMEOUT_S)
    site.store.log_out_all()
    assert not caplog.records
