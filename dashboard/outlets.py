"""Puts page, API, metrics and login over a desk: the same application whether the feed is in this process."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI

from dashboard.access.entrance import Entrance
from dashboard.access.pages import guard
from dashboard.api.app import add_api
from dashboard.config import Settings
from dashboard.desk import Desk
from dashboard.metrics.app import add_metrics
from dashboard.metrics.readiness import freshness
from dashboard.web.app import build_app


def outlets(settings: Settings, desk: Desk, vitals: Callable[[], Mapping[str, Any] | None]) -> FastAPI:
    """The application. `vitals` is what the feed's process counts. Raises SettingsError."""
    entrance = Entrance.of(settings.keys_of_access, settings.allowed_origins)
    app = build_app(desk)
    add_api(app, desk, entrance)
    add_metrics(app, vitals=vitals, ready=freshness(desk.markets))
    guard(app, settings.host)
    return app
