"""Dash's FastAPI backend with checked requests, without its websocket endpoint and its catch-all route."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from dash import Dash
from dash.backends._fastapi import FastAPIDashServer
from dash.fingerprint import check_fingerprint
from fastapi import FastAPI, HTTPException, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from dashboard.web.callback_requests import InvalidCallback, require_valid
from dashboard.web.memory_files import MemoryFiles
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

    def register_assets_blueprint(
        self, blueprint_name: str, assets_url_path: str, assets_folder: str
    ) -> None:
        """Serves the assets of the page."""
        self.server.mount(assets_url_path, MemoryFiles(directory=assets_folder), name=blueprint_name)

    def serve_component_suites(
        self, dash_app: Dash, package_name: str, fingerprinted_path: str, request: Request
    ) -> Response:
        """Serves a script of a component package; other paths answer 404, where Dash raises an error."""
        path, has_fingerprint = check_fingerprint(fingerprinted_path)
        if path not in dash_app.registered_paths.get(package_name, ()):
            raise HTTPException(404)
        folder = Path(str(sys.modules[package_name].__file__)).parent
        if not (folder / path).is_file():
            raise HTTPException(404)
        files = MemoryFiles(directory=folder)
        answer = files.file_response(folder / path, (folder / path).stat(), request.scope)
        if has_fingerprint:
            answer.headers["Cache-Control"] = "public, max-age=31536000"
        return answer

    def serve_callback(self, dash_app: Dash) -> Callable[[Request], Awaitable[Response]]:
        """Returns the endpoint of the page's callbacks; a request that the page does not send answers 400."""
        dispatch = super().serve_callback(dash_app)

        async def checked(request: Request) -> Response:
            try:
                require_valid(request.state.json_body, dash_app.callback_map)
                return await dispatch(request)  # type: ignore[no-any-return]  # untyped
            except InvalidCallback as error:
                return JSONResponse({"detail": str(error)}, 400)

        return checked

    def _setup_catchall(self) -> None:
        """Adds no catch-all: Dash would answer each unknown path, even under /api, with its page and 200."""
