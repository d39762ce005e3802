"""Responses to refused requests, over HTTP and in the handshake of a websocket."""

import json
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from dashboard.auth.decision import Decision
from dashboard.auth.refusal_page import refusal_page


def refusal_response(decision: Decision, scope: Scope) -> Response:
    """Returns the HTTP response: a page for browsers, JSON for programs."""
    headers = {"Cache-Control": "no-store", **decision.headers}
    if "Location" in headers:
        return Response(status_code=decision.status, headers=headers)
    if accepts_html(Headers(scope=scope)):
        return HTMLResponse(refusal_page(decision.detail), decision.status, headers)
    return JSONResponse({"detail": decision.detail}, decision.status, headers)


def accepts_html(headers: Headers) -> bool:
    """True for a browser that loads a page or sends a form."""
    return "text/html" in headers.get("accept", "")


async def refuse_websocket(decision: Decision, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuses the handshake with the decision's status; with 403 where the server cannot send others."""
    await receive()  # websocket.connect
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    body = json.dumps({"detail": decision.detail}).encode()
    given = {"Content-Type": "application/json", **decision.headers}
    headers: list[tuple[Any, Any]] = [
        (name.lower().encode(), value.encode()) for name, value in given.items()
    ]
    await send({"type": "websocket.http.response.start", "status": decision.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
