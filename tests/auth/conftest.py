"""The whole application over a real socket, behind the login."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from websockets.sync.client import ClientConnection, connect

from dashboard.api.router import add_api
from dashboard.auth.access_rules import AccessRules
from dashboard.auth.auth_store import AuthStore
from dashboard.auth.login import add_login
from dashboard.auth.middleware import AccessMiddleware
from dashboard.auth.policy import AccessPolicy
from dashboard.paths import auth_file
from dashboard.web.app import build_app
from tests.app_server import AppServer
from tests.waiting import TIMEOUT_S
from tests.web.scenes import LONG, Scene

PASSWORD = "correct horse battery"
KEY = "a-key-of-enough-characters"


def application(
    store: AuthStore,
    *,
    keys: str | None = None,
    origins: str | None = None,
    proxies: str | None = None,
    required: bool = False,
    **login: Any,
) -> FastAPI:
    scene = Scene(LONG, real_clock=True).resolve().price("67482.1")
    rules = AccessRules.parse(
        access_keys=keys, allowed_origins=origins, trusted_proxies=proxies, login_required=required
    )
    app = build_app(scene.context, lambda: store.has_password)
    add_api(app, scene.context)
    for path in ("/metrics", "/healthz", "/readyz"):
        app.add_api_route(path, lambda: "served", include_in_schema=False)
    add_login(app, store, **login)
    app.add_middleware(AccessMiddleware, policy=AccessPolicy(rules, store), proxies=rules.proxies)
    return app


class AuthTestApp(AbstractContextManager["AuthTestApp"]):
    """A running dashboard; `store` is the test's own, as another process would open it."""

    def __init__(self, path: Path, password: str | None = PASSWORD, **options: Any) -> None:
        self.store = AuthStore(path)
        if password:
            self.store.set_password(password)
        self.inner = AuthStore(path)
        self._server = AppServer(application(self.inner, **options))

    def __enter__(self) -> "AuthTestApp":
        self._server.start()
        self.client = httpx.Client(base_url=f"http://{self.address}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self._server.stop()
        self.store.close()
        self.inner.close()

    @property
    def address(self) -> str:
        return self._server.address

    def connect(self) -> socket.socket:
        """A connection to it."""
        return self._server.connect()

    def get(self, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers=named)

    def log_in(self, password: str = PASSWORD, next: str = "/", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post("/login", data={"password": password, "next": next}, headers=named)

    def websocket(self, path: str = "/ws/view", **headers: str) -> ClientConnection:
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Cookie": cookies} | named if cookies else named
        return connect(f"ws://{self.address}{path}", additional_headers=sent, open_timeout=TIMEOUT_S)


@pytest.fixture(scope="session", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    """Hashes passwords with minimal cost; the real cost is the library's recommendation."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.auth.passwords._HASHER", PasswordHasher(time_cost=1, memory_cost=64))
        yield


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return auth_file(tmp_path)


@pytest.fixture
def store(database: Path) -> Iterator[AuthStore]:
    store = AuthStore(database)
    yield store
    store.close()


@pytest.fixture
def visit(database: Path) -> Iterator[Callable[..., AuthTestApp]]:
    started: list[AuthTestApp] = []

    def visit(*arguments: Any, **options: Any) -> AuthTestApp:
        started.append(AuthTestApp(database, *arguments, **options).__enter__())
        return started[-1]

    yield visit
    for app in started:
        app.__exit__(None, None, None)


@pytest.fixture
def proxied(visit: Callable[..., AuthTestApp]) -> AuthTestApp:
    """Believes the addresses that the test's requests give."""
    return visit(proxies="127.0.0.1")


@pytest.fixture
def site(visit: Callable[..., AuthTestApp]) -> AuthTestApp:
    return visit()
