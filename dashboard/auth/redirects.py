"""Where to go after the login: always a path of our own, never another site."""

import re
from urllib.parse import quote, unquote, urlsplit

from starlette.types import Scope

HOME = "/"
_LONGEST = 2_000
_PLAIN = re.compile(r"/(?!/)[!-\[\]-~]*")
"""Printable ASCII without a space or a backslash, and not the beginning of another host's address."""
_DECODED = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")


def local_path(given: str | None) -> str:
    """The path, with its query, if it is one of ours; else the page."""
    if not given or len(given) > _LONGEST or not _PLAIN.fullmatch(given):
        return HOME
    if not _DECODED.fullmatch(unquote(given)):
        return HOME  # not even for somebody who decodes it once too often
    return HOME if urlsplit(given).path in ("/login", "/logout") else given


def login_address(scope: Scope) -> str:
    """The login's, which leads back to what was asked for."""
    path = quote(scope["path"], safe="/")
    query = scope.get("query_string", b"").decode("latin-1")
    wanted = local_path(f"{path}?{query}" if query else path)
    return "/login" if wanted == HOME else f"/login?next={quote(wanted, safe='')}"
