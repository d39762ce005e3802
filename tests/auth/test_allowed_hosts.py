"""Host names under which the dashboard answers."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from dashboard.auth.access_rules import AccessRules
from dashboard.auth.allowed_hosts import parse_allowed_hosts
from dashboard.auth.middleware import AccessMiddleware
from dashboard.auth.policy import AccessPolicy
from dashboard.errors import SettingsError
from tests.auth.builders import FakeAuthStore, scope


async def answer(
    kind: str,
    path: str,
    host: str,
    *,
    listens_on: str = "127.0.0.1",
    allowed_hosts: str | None = None,
) -> list[MutableMapping[str, Any]]:
    """Returns the ASGI messages that a guarded app sends to one request made to `host`."""
    app = FastAPI()

    @app.get("/")
    def page() -> str:
        return "the page"

    @app.websocket("/stream")
    async def stream(socket: WebSocket) -> None:
        await socket.accept()

    rules = AccessRules.parse(host=listens_on, allowed_hosts=allowed_hosts)
    app.add_middleware(AccessMiddleware, policy=AccessPolicy(rules, FakeAuthStore()))
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, str]:
        return {"type": f"{kind}.connect" if kind == "websocket" else "http.request"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope(path, websocket=kind == "websocket", host=host), receive, send)
    return sent


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8056", 200),
        ("localhost:8056", 200),
        ("LOCALHOST:8056", 200),
        ("[::1]:8056", 200),
        ("evil.example", 400),
        ("evil.example:8056", 400),
        ("localhost.evil.example:8056", 400),
        ("www.localhost", 400),
        ("", 400),
    ],
)
async def test_only_names_of_this_machine_are_allowed(host: str, status: int) -> None:
    """Another name may be a site's that was made to resolve to this machine."""
    assert (await answer("http", "/", host))[0]["status"] == status


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.7:8056", 200), ("localhost:8056", 200), ("127.0.0.8:8056", 400), ("evil.example", 400)],
)
async def test_address_listened_on_is_allowed(host: str, status: int) -> None:
    assert (await answer("http", "/", host, listens_on="127.0.0.7"))[0]["status"] == status


@pytest.mark.parametrize(("host", "accepted"), [("localhost:8056", True), ("evil.example", False)])
async def test_hosts_of_websockets_are_checked(host: str, accepted: bool) -> None:
    sent = await answer("websocket", "/stream", host)
    assert (sent[0]["type"] == "websocket.accept") is accepted


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, []),
        ("", []),
        (" , ", []),
        ("dash.example.org", ["dash.example.org"]),
        ("Dash.Example.org, desktop ,192.168.1.7", ["dash.example.org", "desktop", "192.168.1.7"]),
        ("fd00::7", ["[fd00::7]"]),
        ("[fd00::7]", ["[fd00::7]"]),
    ],
)
def test_hosts_of_the_settings(text: str | None, names: list[str]) -> None:
    assert parse_allowed_hosts(text) == names


@pytest.mark.parametrize(
    "text",
    ["https://dash.example.org", "dash.example.org:443", "*", "*.example.org", "a/b", "a b", "a..b", ".a",
     "a.", "dash.example.org,[fd00::7]:80", "däsh.example"],
)  # fmt: skip
def test_malformed_host_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^--allowed-hosts '.*': give names without scheme"):
        parse_allowed_hosts(text)
    with pytest.raises(SettingsError):
        AccessRules.parse(allowed_hosts=text)


@pytest.mark.parametrize(
    ("host", "status"),
    [("dash.example.org", 503), ("DASH.example.org:8443", 503), ("[fd00::7]:80", 503), ("evil.example", 400)],
)
async def test_hosts_of_the_settings_are_allowed_with_a_password(host: str, status: int) -> None:
    """They are for others: 503 is the answer while no password is set."""
    sent = await answer("http", "/", host, allowed_hosts="dash.example.org,fd00::7")
    assert sent[0]["status"] == status
