"""The access policy applied to every request and websocket, before anything else of the application."""

import logging

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.auth.decision import Decision
from dashboard.auth.policy import AccessPolicy
from dashboard.auth.refusals import AUTH_FILE_UNREADABLE
from dashboard.auth.responses import refusal_response, refuse_websocket
from dashboard.auth.trusted_proxies import NO_PROXIES, TrustedProxies
from dashboard.auth.websocket_expiry import WebSocketExpiry
from dashboard.errors import DashboardError

log = logging.getLogger(__name__)


class AccessMiddleware:
    """Serves what the policy allows, with the principal as `request.user`, and refuses the rest."""

    def __init__(self, app: ASGIApp, policy: AccessPolicy, proxies: TrustedProxies = NO_PROXIES) -> None:
        self._app = app
        self._policy = policy
        self._proxies = proxies
        self._expiry = WebSocketExpiry(policy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves or refuses one request or websocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = self._proxies.resolve(scope)
        decision = self._decide(scope)
        scope = {**scope, "user": decision.principal}
        if scope["type"] == "http":
            await self._http_app(decision, scope)(scope, receive, send)
        elif decision.allowed:
            await self._expiry.serve(self._app, scope, receive, send)
        else:
            await refuse_websocket(decision, scope, receive, send)

    def _decide(self, scope: Scope) -> Decision:
        try:
            return self._policy.decide(scope)
        except DashboardError as error:
            log.error("request refused: %s", error)
            return AUTH_FILE_UNREADABLE

    def _http_app(self, decision: Decision, scope: Scope) -> ASGIApp:
        app = self._app if decision.allowed else refusal_response(decision, scope)
        if not decision.cors_origins:
            return app
        return CORSMiddleware(
            app, allow_origins=decision.cors_origins, allow_methods=["GET"], allow_headers=["*"]
        )
