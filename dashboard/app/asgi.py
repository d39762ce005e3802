"""The ASGI application of page, API, metrics and login, the same in every process that serves it."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI

from dashboard.api.router import add_api
from dashboard.app.context import AppContext
from dashboard.auth.access_rules import AccessRules
from dashboard.auth.auth_store import AuthStore
from dashboard.auth.login import add_login
from dashboard.auth.middleware import AccessMiddleware
from dashboard.auth.policy import AccessPolicy
from dashboard.config import Settings
from dashboard.metrics.exporter import add_metrics
from dashboard.metrics.readiness import readiness_check
from dashboard.paths import auth_file
from dashboard.web.app import build_app


def validate_access_settings(settings: Settings) -> None:
    """Raises SettingsError for invalid hosts, origins, proxies or access keys, before anything is started."""
    _access_rules(settings)


def create_app(
    settings: Settings, context: AppContext, feed_stats: Callable[[], Mapping[str, Any] | None]
) -> FastAPI:
    """Returns the application. `feed_stats` returns the counters of the feed. Raises SettingsError."""
    store = AuthStore(auth_file(settings.state_dir))
    rules = _access_rules(settings)
    app = build_app(context, may_log_out=lambda: store.has_password)
    add_api(app, context)
    add_metrics(app, feed_stats=feed_stats, ready=readiness_check(context))
    add_login(app, store, session_hours=settings.session_hours, redis_url=settings.redis_connection_url)
    # Added last, so that it is the outermost middleware.
    app.add_middleware(AccessMiddleware, policy=AccessPolicy(rules, store), proxies=rules.proxies)
    return app


def _access_rules(settings: Settings) -> AccessRules:
    return AccessRules.parse(
        host=settings.host,
        allowed_hosts=settings.allowed_hosts,
        allowed_origins=settings.allowed_origins,
        access_keys=settings.access_key_list,
        trusted_proxies=settings.trusted_proxies,
        login_required=settings.require_login,
    )
