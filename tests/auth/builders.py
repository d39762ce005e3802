"""ASGI scopes, and auth data in memory."""

from collections.abc import Callable

from starlette.types import Scope

from dashboard.auth.auth_data import AuthData, StoredKey
from dashboard.auth.auth_store import digest

NOW = 1_000_000.0
TOKEN = "a-token-of-a-session"
STORED_KEY = "a-key-of-the-store"


class FakeAuthStore:
    """The part of AuthStore that the policy reads, with the data in memory."""

    def __init__(self, data: AuthData | None = None) -> None:
        self.data = data or AuthData()
        self.clock: Callable[[], float] = lambda: NOW

    def read(self) -> AuthData:
        return self.data


def auth_data(*, password: bool = False, session_ends: float | None = None, key: bool = False) -> AuthData:
    return AuthData(
        password_hash="a hash" if password else None,
        keys={"laptop": StoredKey(digest(STORED_KEY), NOW)} if key else {},
        sessions={} if session_ends is None else {digest(TOKEN): session_ends},
    )


def scope(
    path: str = "/",
    *,
    websocket: bool = False,
    method: str = "GET",
    query: str = "",
    session: bool = False,
    key: str | None = None,
    tls: bool = False,
    **headers: str,
) -> Scope:
    """A scope of a request to 127.0.0.1; `headers` by name, with _ for -."""
    given = {"host": "127.0.0.1:8056", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if session:
        given["cookie"] = f"dashboard={TOKEN}"
    if key is not None:
        given["x-api-key"] = key
    return {
        "type": "websocket" if websocket else "http",
        "scheme": ("ws" if websocket else "http") + ("s" if tls else ""),
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    } | ({} if websocket else {"method": method})
