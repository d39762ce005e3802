"""Dash on our own FastAPI application, without the two things of its backend that we do not want."""

from typing import Any

from dash.backends._fastapi import FastAPIDashServer
from fastapi import FastAPI


class PageBackend(FastAPIDashServer):
    """No websocket endpoint of Dash's, and no page for paths that do not exist: they answer 404."""

    websocket_capability = False

    @staticmethod
    def create_app(name: str = "", config: dict[str, Any] | None = None) -> FastAPI:
        """The one application. Its schema covers what it serves under /api."""
        return FastAPI(
            title="Position dashboard", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None
        )

    def _setup_catchall(self) -> None:
        """Dash would answer every unknown path, /api included, with its page and 200."""
