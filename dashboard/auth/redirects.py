"""Targets of redirects around the login: always a path of this dashboard, never another site."""

import re
from urllib.parse import quote, unquote, urlsplit

from starlette.types import Scope

HOME = "/"
_MAX_LENGTH = 2_000
_LOCAL = re.compile(r"/(?!/)[!-\[\]-~]*")
"""Printable ASCII without space and backslash, that does not begin like `//host`."""
_LOCAL_DECODED = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")


def local_path(target: str | None) -> str:
    """Returns the target, with its query, if it is a path of this dashboard; else the home page."""
    if not target or len(target) > _MAX_LENGTH or not _LOCAL.fullmatch(target):
        return HOME
    if not _LOCAL_DECODED.fullmatch(unquote(target)):
        return HOME  # safe also for clients that decode once too often
    return HOME if urlsplit(target).path in ("/login", "/logout") else target


def login_url(scope: Scope) -> str:
    """Returns the login's URL, with the requested page as `next`."""
    path = quote(scope["path"], safe="/")
    query = scope.get("query_string", b"").decode("latin-1")
    target = local_path(f"{path}?{query}" if query else path)
    return "/login" if target == HOME else f"/login?next={quote(target, safe='')}"
