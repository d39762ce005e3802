"""The Origin header of a request: same origin, or another site of the settings."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from dashboard.errors import SettingsError

_OTHER_SITES = ("cross-site", "same-site")
"""Values of Sec-Fetch-Site by which a browser marks a request of another origin, also one without Origin."""
_SCHEMES = {"ws": "http", "wss": "https"}
"""Schemes of a websocket, and of the page that opens it."""


def is_same_origin(scope: Scope) -> bool:
    """True if a request comes from the dashboard's own page, or from a program, which sends no Origin.

    Browsers let every site open a websocket or post a form to any other, so the server has to check. The
    scheme counts: over plain HTTP anyone on the way can show a page under the dashboard's name.
    """
    headers = Headers(scope=scope)
    scheme = _SCHEMES.get(scope["scheme"], scope["scheme"])
    if "origin" not in headers:
        return headers.get("sec-fetch-site") not in _OTHER_SITES
    return headers["origin"] == f"{scheme}://{headers.get('host', '')}"


def parse_allowed_origins(text: str | None) -> tuple[str, ...]:
    """Returns the origins of a comma-separated list. Raises SettingsError."""
    return tuple(_origin(part.strip()) for part in (text or "").split(",") if part.strip())


def _origin(text: str) -> str:
    try:
        parts = urlsplit(text)
        complete = f"{parts.scheme}://{parts.netloc}" == text and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        complete = False
    if not complete or parts.scheme not in ("http", "https") or "*" in text or "@" in text:
        raise SettingsError(f"--allowed-origins {text!r}: is no origin: write it like https://example.org")
    return text
