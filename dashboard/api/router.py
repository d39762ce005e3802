"""Adds the API to the application."""

import json
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.routing import WebSocketRoute

from dashboard.api.docs_page import docs_page
from dashboard.api.routes import routes
from dashboard.api.streams import bbo_stream, positions_stream
from dashboard.api.websocket import KEEPALIVE_S
from dashboard.app.context import AppContext

ASYNCAPI = json.loads(Path(__file__).with_name("asyncapi.json").read_text(encoding="utf-8"))
"""The AsyncAPI document of the websockets."""


def add_api(
    app: FastAPI,
    context: AppContext,
    *,
    keepalive_s: float = KEEPALIVE_S,
) -> None:
    """Adds everything under /api. `keepalive_s` is the interval of the websocket pings."""
    app.include_router(routes(context))
    app.router.routes += [
        WebSocketRoute("/api/v1/positions/stream", positions_stream(context.positions, keepalive_s)),
        WebSocketRoute("/api/v1/live/bbo", bbo_stream(context.markets, keepalive_s)),
    ]

    @app.get("/api/asyncapi.json", include_in_schema=False)
    async def asyncapi() -> JSONResponse:
        return JSONResponse(ASYNCAPI)

    @app.get("/api/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi(), ASYNCAPI))
