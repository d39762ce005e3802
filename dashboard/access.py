"""Who may enter. Until there is a login: only this machine, and only pages that were served here.

The API may besides ask for access keys, and let other sites' pages in that are on a list.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.errors import SettingsError

_OWN_NAMES = ("127.0.0.1", "localhost", "::1", "[::1]")
_SHORTEST = 16
"""Characters of an access key."""
_IN_QUERY = ("access_key", "api_key", "apikey", "key", "token", "x-api-key")


@dataclass(frozen=True, slots=True)
class Entrance:
    """Who may use the API: owners of a key, where there are keys, and pages of some sites."""

    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """SHA-256 of each key, by the name of its owner."""
    origins: tuple[str, ...] = ()
    """Sites like https://example.org whose pages may use it, beside our own."""

    @classmethod
    def of(cls, access_keys: str | None, allowed_origins: str | None) -> "Entrance":
        """From the settings' texts. Raises SettingsError, without a key in its message."""
        return cls(dict(_keys(_listed(access_keys))), tuple(map(_origin, _listed(allowed_origins))))

    def refusal(self, headers: Headers, query: bytes) -> tuple[int, str] | None:
        """HTTP status and reason why a request may not enter; None if it may."""
        if not self.origin_allowed(headers):
            return 403, "this site's pages may not use the API: see --allowed-origins"
        if any(name.lower() in _IN_QUERY for name in parse_qs(query.decode("latin-1"))):
            return 400, "an access key belongs into the header X-API-Key: an address is logged by others"
        if self.keys and self.owner(headers) is None:
            return 401, "an access key is needed: X-API-Key, or Authorization: Bearer"
        return None

    def owner(self, headers: Headers) -> str | None:
        """Whose key the request carries. Takes the same time for every wrong one."""
        given = headers.get("x-api-key") or ""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if not given and scheme.lower() == "bearer":
            given = token.strip()
        digest = sha256(given.encode("latin-1", "replace")).digest()
        found = [name for name, key in self.keys.items() if hmac.compare_digest(key, digest)]
        return found[0] if found else None

    def origin_allowed(self, headers: Headers) -> bool:
        """Whether a request comes from a program, our own page, or a site on the list."""
        return origin_allowed(headers) or headers.get("origin") in self.origins


def guard(app: FastAPI, host: str) -> None:
    """Refuses requests made to any name but this machine's own and `host`, which it listens on.

    Another site's name may be made to resolve to 127.0.0.1 (DNS rebinding); a browser would then let
    that site read everything here.
    """
    app.add_middleware(OwnPagesOnly)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_OWN_NAMES, host], www_redirect=False)


class OwnPagesOnly:
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


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _keys(pairs: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    seen: set[str] = set()
    for place, pair in enumerate(pairs, 1):
        name, colon, key = (part.strip() for part in pair.partition(":"))
        if not colon or not name:
            raise SettingsError(f"--access-keys: entry {place} is not like laptop:the-key")
        if len(key) < _SHORTEST:
            raise SettingsError(f"--access-keys: the key of {name} has fewer than {_SHORTEST} characters")
        if name in seen:
            raise SettingsError(f"--access-keys: {name} is there twice")
        seen.add(name)
        yield name, sha256(key.encode()).digest()


def _origin(text: str) -> str:
    try:
        parts = urlsplit(text)
        whole = f"{parts.scheme}://{parts.netloc}" == text and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        whole = False
    if not whole or parts.scheme not in ("http", "https") or "*" in text or "@" in text:
        raise SettingsError(f"--allowed-origins {text!r}: write it like https://example.org")
    return text
