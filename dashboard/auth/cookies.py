"""The cookies that carry a session's token and a browser's id, and when a browser may send them."""

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

_SESSION = "dashboard"
_DEVICE = "dashboard-device"
_YEAR = 365 * 24 * 3600
_LONGEST = 128
"""Characters of a token or an id; ours have 43."""


def token_of(scope: Scope) -> str | None:
    """The token that a request carries, if it carries one."""
    return _value(scope, _SESSION)


def device_of(scope: Scope) -> str | None:
    """The id of the browser that sends a request, if it was given one."""
    return _value(scope, _DEVICE)


def give(response: Response, scope: Scope, token: str, hours: float) -> None:
    """Lets the browser keep the token for `hours`."""
    _set(response, scope, _SESSION, token, int(hours * 3600))


def give_device(response: Response, scope: Scope, device: str) -> None:
    """Lets the browser keep its id for a year, also after the session."""
    _set(response, scope, _DEVICE, device, _YEAR)


def take(response: Response, scope: Scope) -> None:
    """Lets the browser forget its token."""
    _set(response, scope, _SESSION, "", 0)


def _value(scope: Scope, cookie: str) -> str | None:
    value = HTTPConnection(scope).cookies.get(_name(scope, cookie), "")
    return value if 0 < len(value) <= _LONGEST else None


def _set(response: Response, scope: Scope, cookie: str, value: str, seconds: int) -> None:
    response.set_cookie(
        _name(scope, cookie),
        value,
        max_age=seconds,
        path="/",
        secure=_is_secure(scope),
        httponly=True,
        samesite="strict",
    )


def _name(scope: Scope, cookie: str) -> str:
    """With TLS under a name that nobody can set without it, nor from a neighbouring name of the site."""
    return f"__Host-{cookie}" if _is_secure(scope) else cookie


def _is_secure(scope: Scope) -> bool:
    return scope.get("scheme") in ("https", "wss")
