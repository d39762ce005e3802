"""Who may enter. Until there is a login: only this machine, and only pages that were served here."""

from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware

_OWN_NAMES = ("127.0.0.1", "localhost", "::1", "[::1]")


def guard(app: FastAPI, host: str) -> None:
    """Refuses requests made to any name but this machine's own and `host`, which it listens on.

    Another site's name may be made to resolve to 127.0.0.1 (DNS rebinding); a browser would then let
    that site read everything here.
    """
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_OWN_NAMES, host], www_redirect=False)


def origin_allowed(headers: Headers) -> bool:
    """Whether a websocket comes from our own page, or from a program, which sends no Origin.

    Browsers let every site open a websocket to every other, so the server has to look.
    """
    origin = headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False
