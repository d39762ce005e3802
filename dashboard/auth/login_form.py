"""The login form as a browser sends it."""

import asyncio
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

_LONGEST = 8_192
"""Bytes of a form: the longest password and the longest path, each of them percent-encoded, fit in."""
_PATIENCE = 15.0
"""Seconds in which all of it has to arrive."""
_KIND = "application/x-www-form-urlencoded"


class Unreadable(ValueError):
    """This is not the form. `status` is HTTP's for it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class LoginForm:
    """What was typed, and where to go afterwards."""

    password: str = field(repr=False)
    next: str


async def read_form(request: Request) -> LoginForm:
    """Reads no more than a form can have. Raises Unreadable."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise Unreadable(415)
    body = await _body(request)
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=8)
    except ValueError:
        raise Unreadable(400) from None
    return LoginForm(fields.get("password", [""])[0], fields.get("next", [""])[0])


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async with asyncio.timeout(_PATIENCE):
            async for piece in request.stream():
                body += piece
                if len(body) > _LONGEST:
                    raise Unreadable(413)
    except (TimeoutError, ClientDisconnect):
        raise Unreadable(408) from None
    return body
