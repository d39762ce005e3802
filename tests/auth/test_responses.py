"""Responses to refused requests."""

import pytest
from starlette.responses import HTMLResponse, Response
from starlette.types import Message, Scope

from dashboard.auth.decision import Decision
from dashboard.auth.refusals import KEY_REQUIRED, redirect_to_login
from dashboard.auth.responses import refusal_response, refuse_websocket
from tests.auth.builders import scope


def test_programs_receive_json() -> None:
    response = refusal_response(KEY_REQUIRED, scope())
    assert (response.status_code, response.headers["content-type"]) == (401, "application/json")
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["cache-control"] == "no-store"
    assert b'{"detail":"access key required' in response.body


def test_browsers_receive_a_page_that_needs_no_other_file() -> None:
    response = refusal_response(Decision(403, "refused: <b>&"), scope(accept="text/html"))
    assert isinstance(response, HTMLResponse)
    assert b"<p>refused: &lt;b&gt;&amp;</p>" in response.body
    for reference in (b"src=", b"url(", b"<script", b"stylesheet", b"//"):
        assert reference not in response.body


def test_redirect_has_no_body() -> None:
    response: Response = refusal_response(redirect_to_login(scope()), scope(accept="text/html"))
    assert (response.status_code, response.headers["location"], response.body) == (303, "/login", b"")


async def refused(request: Scope) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await refuse_websocket(KEY_REQUIRED, request, receive, send)
    return sent


async def test_websocket_is_refused_with_status_and_reason() -> None:
    start, body = await refused(scope(websocket=True) | {"extensions": {"websocket.http.response": {}}})
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
    assert (b"www-authenticate", b"Bearer") in start["headers"]
    assert b"access key required" in body["body"]


@pytest.mark.parametrize("extensions", [{}, None])
async def test_websocket_is_closed_where_the_server_sends_no_response(extensions: object) -> None:
    assert await refused(scope(websocket=True) | {"extensions": extensions}) == [
        {"type": "websocket.close", "code": 1008}
    ]
