"""The cookie that carries a session's token, and when a browser may send it."""

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

_PLAIN = "dashboard"
_LONGEST = 128
"""Characters of a token; ours has 43."""


def token_of(scope: Scope) -> str | None:
    """The token that a request carries, if it carries one."""
    token = HTTPConnection(scope).cookies.get(_name(scope), "")
    return token if 0 < len(token) <= _LONGEST else None


def give(response: Response, scope: Scope, token: str, hours: float) -> None:
    """Lets the browser keep the token for `hours`."""
    _set(response, scope, token, int(hours * 3600))


def take(response: Response, scope: Scope) -> None:
    """Lets the browser forget its token."""
    _set(response, scope, "", 0)


def _set(response: Response, scope: Scope, token: str, seconds: int) -> None:
    response.set_cookie(
        _name(scope),
        token,
        max_age=seconds,
        path="/",
        secure=_is_secure(scope),
        httponly=True,
        samesite="strict",
    )


def _name(scope: Scope) -> str:
    """With TLS under a name that nobody can set without it, nor from a neighbouring name of the site."""
    return f"__Host-{_PLAIN}" if _is_secure(scope) else _PLAIN


def _is_secure(scope: Scope) -> bool:
    return scope.get("scheme") in ("https", "wss")
