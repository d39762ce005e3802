"""The gate around everything: who has neither logged in nor a key gets nothing but the login."""

import logging

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.auth.api_access import SESSION
from dashboard.auth.policy import HEALTH, NO_ENTRY, UNREADABLE, AccessPolicy, takes_keys
from dashboard.auth.redirects import login_address
from dashboard.auth.responses import refuse_request, refuse_websocket
from dashboard.auth.websocket_expiry import WebSocketExpiry
from dashboard.errors import DashboardError

log = logging.getLogger(__name__)


class AuthMiddleware:
    """Judges every request and every websocket before anything else of the application sees it."""

    def __init__(self, app: ASGIApp, door: AccessPolicy, origins: tuple[str, ...]) -> None:
        """`origins` are the other sites whose pages may use the API: they get to read why they may not."""
        self._app = app
        self._door = door
        self._stays = WebSocketExpiry(door)
        self._turn_program_away = CORSMiddleware(
            refuse_request(*NO_ENTRY, bearer=True),
            allow_origins=origins,
            allow_methods=["GET"],
            allow_headers=["*"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request or websocket."""
        if scope["type"] not in ("http", "websocket") or scope["path"] in HEALTH:
            await self._app(scope, receive, send)
            return
        refused, scope = self._judged(scope)
        if scope["type"] == "websocket":
            await self._serve_socket(refused, scope, receive, send)
        elif refused is None:
            await self._app(scope, receive, send)
        else:
            await self._answer(refused, scope)(scope, receive, send)

    def _judged(self, scope: Scope) -> tuple[tuple[int, str] | None, Scope]:
        """The refusal, or none; and the scope, which says whether there is a session."""
        try:
            return self._door.refusal(scope), {**scope, SESSION: self._door.has_session(scope)}
        except DashboardError as error:
            log.error("nobody is let in: %s", error)
            return UNREADABLE, scope

    async def _serve_socket(
        self, refused: tuple[int, str] | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if refused is None:
            await self._stays.serve(self._app, scope, receive, send)
            return
        await receive()  # the request to connect
        await refuse_websocket(scope, send, *refused)

    def _answer(self, refused: tuple[int, str], scope: Scope) -> ASGIApp:
        status, reason = refused
        if status == 503:
            return PlainTextResponse(f"{reason}\n", status, {"Cache-Control": "no-store"})
        if _is_navigation(scope):
            return RedirectResponse(login_address(scope), 303, {"Cache-Control": "no-store"})
        return self._turn_program_away if takes_keys(scope["path"]) else refuse_request(status, reason)


def _is_navigation(scope: Scope) -> bool:
    """Whether somebody opens a page, who can be shown another one."""
    if scope["method"] not in ("GET", "HEAD") or scope["path"].startswith(("/api/v1/", "/metrics")):
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")
