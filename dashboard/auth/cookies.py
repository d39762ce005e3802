"""The cookies that carry a session's token and a browser's device id."""

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

_SESSION = "dashboard"
_DEVICE = "dashboard-device"
_YEAR_S = 365 * 24 * 3600
_MAX_LENGTH = 128
"""Characters of a token or an id; genuine ones have 43."""


def session_token(scope: Scope) -> str | None:
    """Returns the session's token that a request carries, if any."""
    return _value(scope, _SESSION)


def device_id(scope: Scope) -> str | None:
    """Returns the device id that a request carries, if any."""
    return _value(scope, _DEVICE)


def set_session_cookie(response: Response, scope: Scope, token: str, hours: float) -> None:
    """Stores the session's token in the browser for `hours`."""
    _set(response, scope, _SESSION, token, int(hours * 3600))


def set_device_cookie(response: Response, scope: Scope, device: str) -> None:
    """Stores the device id in the browser for a year: it outlives the session."""
    _set(response, scope, _DEVICE, device, _YEAR_S)


def delete_session_cookie(response: Response, scope: Scope) -> None:
    """Deletes the session's token in the browser."""
    _set(response, scope, _SESSION, "", 0)


def _value(scope: Scope, cookie: str) -> str | None:
    value = HTTPConnection(scope).cookies.get(_name(scope, cookie), "")
    return value if 0 < len(value) <= _MAX_LENGTH else None


def _set(response: Response, scope: Scope, cookie: str, value: str, max_age_s: int) -> None:
    response.set_cookie(
        _name(scope, cookie),
        value,
        max_age=max_age_s,
        path="/",
        secure=_is_secure(scope),
        httponly=True,
        samesite="strict",
    )


def _name(scope: Scope, cookie: str) -> str:
    """Adds the __Host- prefix under TLS: neither plain HTTP nor a sibling domain can set such a cookie."""
    return f"__Host-{cookie}" if _is_secure(scope) else cookie


def _is_secure(scope: Scope) -> bool:
    return scope.get("scheme") in ("https", "wss")
