"""Builds the FastAPI application that serves the page and its stream."""

import html
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

from dash import Dash
from fastapi import FastAPI

from dashboard.app.context import AppContext
from dashboard.web.body_limit import BodyLimit
from dashboard.web.callback_requests import InvalidCallback
from dashboard.web.callbacks import register_callbacks
from dashboard.web.dash_backend import DashBackend
from dashboard.web.pages.live import page_layout
from dashboard.web.stream import add_stream
from dashboard.web.views.page_view import PageView

log = logging.getLogger(__name__)

_ASSETS = Path(__file__).with_name("assets")
_INDEX = """<!DOCTYPE html>
<html lang="en" data-bs-theme="dark">
<head>
{%metas%}
<meta name="color-scheme" content="dark light">
<meta name="robots" content="noindex">
<meta name="referrer" content="same-origin">
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="ASSETS/favicon.svg">
<link rel="preload" as="font" type="font/woff2" crossorigin
  href="ASSETS/vendor/inter-latin-wght-normal.woff2">
<script src="ASSETS/early/theme.js"></script>
{%css%}
</head>
<body>
{%app_entry%}
<noscript>The dashboard needs JavaScript.</noscript>
<footer hidden>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


def _log_and_fail(error: Exception) -> NoReturn:
    """Logs the error of a callback: Dash answers 500, but logs nothing."""
    if not isinstance(error, InvalidCallback):
        log.error("a callback of the page failed", exc_info=error)
    raise error


def build_app(context: AppContext, may_log_out: Callable[[], bool] = lambda: False) -> FastAPI:
    """The application for one context. Routes may be added to it; unknown paths answer 404."""
    dash = Dash(
        "dashboard.web",
        backend=DashBackend,
        assets_folder=str(_ASSETS),
        assets_path_ignore=["vendor", "early", "login"],
        external_stylesheets=["/assets/vendor/bootstrap.min.css"],
        title=html.escape(f"{context.symbol} · {context.exchange}"),
        update_title=None,
        index_string=_INDEX.replace("ASSETS", "/assets"),
        enable_mcp=False,
        on_error=_log_and_fail,
    )
    dash.layout = partial(page_layout, context, may_log_out)
    page_view = PageView(context)
    register_callbacks(dash, context, page_view)
    # Without this, a new process has no callbacks until it has served the page once.
    dash._setup_server()
    api: FastAPI = dash.server
    add_stream(api, context, page_view)
    api.add_middleware(BodyLimit)
    api.state.script_hashes = dash.csp_hashes()
    return api
