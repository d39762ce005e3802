"""Dash's FastAPI backend, without its websocket endpoint and its catch-all route."""

from typing import Any

from dash.backends._fastapi import FastAPIDashServer
from fastapi import FastAPI
from starlette.types import ASGIApp

from dashboard.web.security_headers import SecurityHeaders


class DashboardApp(FastAPI):
    """The application, with the security headers around all of its middleware."""

    def build_middleware_stack(self) -> ASGIApp:
        """Called by Starlette before the first request. Middleware that is added would be within others."""
        return SecurityHeaders(super().build_middleware_stack(), self.state.script_hashes)


class DashBackend(FastAPIDashServer):
    """Serves Dash over HTTP alone; unknown paths answer 404."""

    websocket_capability = False

    @staticmethod
    def create_app(name: str = "", config: dict[str, Any] | None = None) -> FastAPI:
        """Returns the application. Its OpenAPI schema covers the routes under /api."""
        return DashboardApp(
            title="Position dashboard", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None
        )

    def _setup_catchall(self) -> None:
        """Adds no catch-all: Dash would answer each unknown path, even under /api, with its page and 200."""
