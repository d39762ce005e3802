"""Puts page, API, metrics and login over a context: the same application wherever the feed runs."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI

from dashboard.api.router import add_api
from dashboard.app.context import AppContext
from dashboard.auth.allowed_hosts import parse_allowed_hosts
from dashboard.auth.api_access import ApiAccess
from dashboard.auth.auth_store import AuthStore, auth_file
from dashboard.auth.login import add_login
from dashboard.auth.origin import add_origin_checks
from dashboard.config import Settings
from dashboard.metrics.exporter import add_metrics
from dashboard.metrics.readiness import readiness_check
from dashboard.web.app import build_app


def validate_access_settings(settings: Settings) -> None:
    """Raises SettingsError for names, keys or sites that are wrong: before anything is started for them."""
    parse_allowed_hosts(settings.allowed_hosts)
    ApiAccess.of(settings.access_key_list, settings.allowed_origins)


def create_app(
    settings: Settings, context: AppContext, feed_stats: Callable[[], Mapping[str, Any] | None]
) -> FastAPI:
    """The application. `feed_stats` is what the feed's process counts. Raises SettingsError."""
    store = AuthStore(auth_file(settings.state_dir))
    entrance = ApiAccess.of(settings.access_key_list, settings.allowed_origins, store)
    app = build_app(context, may_log_out=lambda: store.has_password)
    add_api(app, context, entrance)
    add_metrics(app, feed_stats=feed_stats, ready=readiness_check(context))
    add_login(
        app,
        entrance,
        store,
        required=settings.require_login,
        session_hours=settings.session_hours,
        redis_url=settings.redis_connection_url,
    )
    add_origin_checks(app, settings.host, settings.allowed_hosts)
    return app
