"""How a request is turned away, over HTTP and in the handshake of a websocket."""

import json
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Scope, Send

_NO_STORE = {"Cache-Control": "no-store"}


def refuse_request(status: int, reason: str, *, bearer: bool = False) -> JSONResponse:
    """The answer over HTTP; with `bearer` it says that an access key would do."""
    headers = _NO_STORE | {"WWW-Authenticate": "Bearer"} if bearer else _NO_STORE
    return JSONResponse({"detail": reason}, status, headers)


async def refuse_websocket(scope: Scope, send: Send, status: int, reason: str) -> None:
    """Says why over HTTP, where the server can; else the handshake just fails with 403.

    To be called after the request to connect has been received, and before it is accepted.
    """
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    body = json.dumps({"detail": reason}).encode()
    headers: list[tuple[Any, Any]] = [(b"content-type", b"application/json")]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
