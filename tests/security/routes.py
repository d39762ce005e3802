"""Every route of the application, as the application lists them: a new one is attacked at once."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute, Mount, WebSocketRoute

from dashboard.app.asgi import create_app
from dashboard.config import load
from tests.web.scenes import LONG, Scene

SAMPLES = {
    "{package_name}": "dash",
    "{fingerprinted_path:path}": "deps/react@18.v4_4_0m1700000000.3.1.min.js",
}
"""Values for the parameters of paths; a new parameter needs one."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get")
PUBLIC = frozenset(
    (
        "/healthz",
        "/readyz",
        "/login",
        "/logout",
        "/assets/css/1-tokens.css",
        "/assets/early/theme.js",
        "/assets/login/login.css",
        "/assets/vendor/inter-latin-wght-normal.woff2",
        "/assets/favicon.svg",
    )
)
"""All that may be read without a login, stated here on purpose and not taken from the policy."""
FOR_PROGRAMS = ("/api", "/metrics")
"""Prefixes of the paths where an access key replaces a session."""


def http_paths() -> tuple[str, ...]:
    """Paths of requests, with some of the static files."""
    return (*_paths(websockets=False), "/assets/js/3-stream.js", "/assets/vendor/bootstrap.min.css")


def websocket_paths() -> tuple[str, ...]:
    return _paths(websockets=True)


def _paths(*, websockets: bool) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        context = Scene(LONG).resolve().context
        app = create_app(load([f"--state-dir={Path(folder)}"]), context, dict)
        found = [path for path, is_websocket in _walk(app.routes) if is_websocket == websockets]
    return tuple(dict.fromkeys(map(_sample, found)))


def _walk(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, bool]]:
    for route in routes:
        included: Any = getattr(route, "original_router", None)  # FastAPI's include_router
        if included is not None:
            yield from _walk(included.routes)
        elif isinstance(route, Mount):
            yield f"{route.path}/favicon.svg", False
        else:
            yield str(getattr(route, "path", "")), isinstance(route, WebSocketRoute)


def _sample(path: str) -> str:
    for parameter, value in SAMPLES.items():
        path = path.replace(parameter, value)
    assert "{" not in path, f"{path}: add a value to SAMPLES"
    return path
