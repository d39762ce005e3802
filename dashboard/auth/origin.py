"""Which pages may ask: those that were served here, under a name of ours."""

from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.auth.allowed_hosts import parse_allowed_hosts

_OWN_NAMES = ("127.0.0.1", "localhost", "::1", "[::1]")


def add_origin_checks(app: FastAPI, host: str, allowed_hosts: str | None = None) -> None:
    """Refuses requests made to any name but this machine's own, `host`, which it listens on, and those
    of the list `allowed_hosts`. Raises SettingsError for what is no name.

    Another site's name may be made to resolve to 127.0.0.1 (DNS rebinding); a browser would then let
    that site read everything here.
    """
    names = [*_OWN_NAMES, host, *parse_allowed_hosts(allowed_hosts)]
    app.add_middleware(OriginMiddleware)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False)


class OriginMiddleware:
    """Refuses with 403 what another site's page asks to have changed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        changes = scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if changes and not origin_allowed(Headers(scope=scope)):
            await PlainTextResponse("another site's page may not do this", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def origin_allowed(headers: Headers) -> bool:
    """Whether a request comes from our own page, or from a program, which sends no Origin.

    Browsers let every site open a websocket or post a form to every other, so the server has to look.
    """
    origin = headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False
