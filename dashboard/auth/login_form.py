"""The login form as a browser submits it."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.requests import Request

_MAX_BYTES = 8_192
"""Fits the longest password and the longest path, both percent-encoded."""
_CONTENT_TYPE = "application/x-www-form-urlencoded"


class InvalidForm(ValueError):
    """The body is not the login form. `status` is the HTTP status to answer with."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class LoginForm:
    """The submitted password, and the path to open after the login."""

    password: str = field(repr=False)
    next: str


async def read_form(request: Request) -> LoginForm:
    """Reads the form, whose body has arrived already. Raises InvalidForm."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != _CONTENT_TYPE:
        raise InvalidForm(415)
    body = await request.body()
    if len(body) > _MAX_BYTES:
        raise InvalidForm(413)
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=8)
    except ValueError:
        raise InvalidForm(400) from None
    return LoginForm(fields.get("password", [""])[0], fields.get("next", [""])[0])
