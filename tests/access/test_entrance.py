"""Only this machine, and only pages that were served here."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from starlette.datastructures import Headers

from dashboard.access.pages import guard, origin_allowed


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        pytest.param("http://127.0.0.1:8056", "127.0.0.1:8056", True, id="our page"),
        pytest.param("http://localhost:8056", "localhost:8056", True, id="our page by name"),
        pytest.param("http://[::1]:8056", "[::1]:8056", True, id="our page over IPv6"),
        pytest.param("https://dash.example", "dash.example", True, id="behind a proxy with TLS"),
        pytest.param(None, "127.0.0.1:8056", True, id="a program"),
        pytest.param(None, None, True, id="a program of few words"),
        pytest.param("http://evil.example", "127.0.0.1:8056", False, id="another site"),
        pytest.param("http://127.0.0.1:9999", "127.0.0.1:8056", False, id="another server of this machine"),
        pytest.param("http://localhost:8056", "127.0.0.1:8056", False, id="another name of this machine"),
        pytest.param("http://127.0.0.1:8056.evil.example", "127.0.0.1:8056", False, id="a name like ours"),
        pytest.param("http://127.0.0.1:8056@evil.example", "127.0.0.1:8056", False, id="our name as a user"),
        pytest.param("http://evil.example/127.0.0.1:8056", "127.0.0.1:8056", False, id="our name as a path"),
        pytest.param("null", "127.0.0.1:8056", False, id="a sandboxed frame or file"),
        pytest.param("", "127.0.0.1:8056", False, id="empty"),
        pytest.param("127.0.0.1:8056", "127.0.0.1:8056", False, id="no scheme"),
        pytest.param("http://127.0.0.1:8056", None, False, id="no host"),
        pytest.param("http://[evil", "127.0.0.1:8056", False, id="no address at all"),
    ],
)
def test_origin_allowed(origin: str | None, host: str | None, allowed: bool) -> None:
    given = {"origin": origin, "host": host}
    headers = Headers({name: value for name, value in given.items() if value is not None})
    assert origin_allowed(headers) is allowed


async def answer(
    kind: str, path: str, host: str, *, listens_on: str = "127.0.0.1"
) -> list[MutableMapping[str, Any]]:
    """What a guarded app sends to one request made to `host`, as ASGI messages."""
    app = FastAPI()

    @app.get("/")
    def page() -> str:
        return "the page"

    @app.websocket("/stream")
    async def stream(socket: WebSocket) -> None:
        await socket.accept()

    guard(app, listens_on)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, str]:
        return {"type": f"{kind}.connect" if kind == "websocket" else "http.request"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "path": path,
        "method": "GET",
        "headers": [(b"host", host.encode())],
        "query_string": b"",
    }
    await app(scope, receive, send)
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
async def test_only_this_machines_own_names(host: str, status: int) -> None:
    """Another name may be a site that was made to resolve to this machine."""
    assert (await answer("http", "/", host))[0]["status"] == status


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.7:8056", 200), ("localhost:8056", 200), ("127.0.0.8:8056", 400), ("evil.example", 400)],
)
async def test_the_address_listened_on_is_a_name_of_its_own(host: str, status: int) -> None:
    assert (await answer("http", "/", host, listens_on="127.0.0.7"))[0]["status"] == status


@pytest.mark.parametrize(("host", "accepted"), [("localhost:8056", True), ("evil.example", False)])
async def test_websockets_are_guarded_too(host: str, accepted: bool) -> None:
    sent = await answer("websocket", "/stream", host)
    assert (sent[0]["type"] == "websocket.accept") is accepted
