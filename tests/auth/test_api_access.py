"""Only this machine, and only pages that were served here."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from starlette.datastructures import Headers

from dashboard.auth.api_access import SESSION, ApiAccess
from dashboard.auth.auth_store import AuthStore
from dashboard.auth.origin import add_origin_checks, origin_allowed


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
    kind: str,
    path: str,
    host: str,
    *,
    listens_on: str = "127.0.0.1",
    allowed_hosts: str | None = None,
) -> list[MutableMapping[str, Any]]:
    """What a guarded app sends to one request made to `host`, as ASGI messages."""
    app = FastAPI()

    @app.get("/")
    def page() -> str:
        return "the page"

    @app.websocket("/stream")
    async def stream(socket: WebSocket) -> None:
        await socket.accept()

    add_origin_checks(app, listens_on, allowed_hosts)
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


def request(key: str = "", **more: object) -> dict[str, object]:
    return {"headers": [(b"x-api-key", key.encode())] if key else [], "query_string": b"", **more}


def status(entrance: ApiAccess, scope: dict[str, object]) -> int:
    refused = entrance.refusal(scope)
    return refused[0] if refused else 200


class TestKeys:
    def test_stored_ones_count_beside_those_of_the_settings(self, store: AuthStore) -> None:
        entrance = ApiAccess.of(f"bot:{'b' * 20}", None, store)
        key = store.create_key("laptop")
        assert status(entrance, request()) == 401
        assert status(entrance, request(key + "x")) == 401
        assert entrance.refusal(request(key)) is None
        assert entrance.refusal(request("b" * 20)) is None
        store.revoke_key("laptop")
        assert status(entrance, request(key)) == 401
        assert entrance.refusal(request("b" * 20)) is None

    def test_the_first_stored_one_makes_them_necessary(self, store: AuthStore) -> None:
        entrance = ApiAccess.of(None, None, store)
        assert entrance.refusal(request()) is None
        store.create_key("laptop")
        assert status(entrance, request()) == 401
        assert entrance.refusal(request(**{SESSION: True})) is None

    def test_every_key_is_compared_whichever_is_given(self, store: AuthStore, monkeypatch) -> None:
        """What takes longer for a key that is nearly right would tell it bit by bit."""
        compared: list[bytes] = []

        def compare(known: bytes, given: bytes) -> bool:
            compared.append(known)
            return known == given

        monkeypatch.setattr("dashboard.auth.api_access.hmac.compare_digest", compare)
        entrance = ApiAccess.of(f"bot:{'b' * 20}", None, store)
        keys = [store.create_key(name) for name in ("first", "second", "third")]
        for key in ("b" * 20, *keys, "unknown", keys[0][:-1]):
            compared.clear()
            entrance.refusal(request(key))
            assert len(compared) == 4
