"""BodyLimit: reads each request's body before the application does, and answers 413 to a large one.

Starlette's own middleware signals a large chunked body by an exception, which Dash answers with 500.
"""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64 * 1024
"""Size limit of a request's body: the largest that the page sends, its form, has 2 kB."""


class BodyLimit:
    """Passes on requests whose body is complete and within the limit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request. One that the client aborts is not passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        too_large = _declared_size(scope) > MAX_BODY_BYTES
        body = b"" if too_large else await _read(receive)
        if body is None:
            return
        if too_large or len(body) > MAX_BODY_BYTES:
            await _refusal()(scope, receive, send)
        else:
            await self._app(scope, _replay(body, receive), send)


def _declared_size(scope: Scope) -> int:
    """The Content-Length, which the server has checked; zero without one."""
    return int(Headers(scope=scope).get("content-length", "0"))


async def _read(receive: Receive) -> bytes | None:
    """The body, or the beginning of one that is too large; None if the client left."""
    body, is_complete = b"", False
    while not is_complete and len(body) <= MAX_BODY_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        is_complete = not message.get("more_body", False)
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """Returns the body first, then what the server receives."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _refusal() -> JSONResponse:
    """The answer to a large body; the rest of it is not read."""
    detail = f"body larger than {MAX_BODY_BYTES} bytes: send less"
    return JSONResponse({"detail": detail}, 413, {"Connection": "close"})
