"""The web worker's application: page and API over a mirror of the feed process's state."""

import os
import sys
from collections.abc import Iterable

from fastapi import FastAPI

from dashboard.app.asgi import create_app, validate_access_settings
from dashboard.app.context import AppContext, EngineInfo
from dashboard.auth.auth_store import AuthStore
from dashboard.auth.bind_policy import is_reachable, require_password_for
from dashboard.config import PREFIX, Settings, configure_logging, load, require_redis_url
from dashboard.domain.environment import Environment
from dashboard.errors import DashboardError
from dashboard.paths import auth_file
from dashboard.replication.command_client import CommandClient
from dashboard.replication.mirror import Mirror
from dashboard.replication.redis_client import connect
from dashboard.replication.subscriber import Subscriber

PROGRAM = "dashboard-web"


def check_settings(addresses: Iterable[object] = ()) -> None:
    """Configures logging, and exits with one line and code 2 if the settings are wrong.

    That includes an address of `addresses` that may only be served with a password. Run by gunicorn
    before it forks, and before a reload: a worker that fails to start would stop gunicorn.
    """
    try:
        settings = load([], PROGRAM)
        configure_logging(settings)
        connect(require_redis_url(settings))
        validate_access_settings(settings)
        require_password_for(addresses, AuthStore(auth_file(settings.state_dir)))
    except DashboardError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None


def require_login(addresses: Iterable[object]) -> None:
    """Requires a login if one of the `addresses` can be reached from other machines.

    Run by gunicorn once it listens. Later workers inherit the requirement through the environment.
    """
    if any(is_reachable(address) for address in addresses):
        os.environ[f"{PREFIX}REQUIRE_LOGIN"] = "true"


def create_worker_app() -> FastAPI:
    """Builds the application from the environment; gunicorn's entry point. Raises DashboardError."""
    settings = load([], PROGRAM)
    configure_logging(settings)
    return build_worker_app(settings)


def build_worker_app(settings: Settings) -> FastAPI:
    """Builds the application over a mirror of the feed's state, and starts the subscriber that updates it."""
    url = require_redis_url(settings)
    mirror = Mirror(_initial_info(settings))
    subscriber, commands = Subscriber(connect(url), mirror), CommandClient(url)
    context = AppContext(
        mirror.markets, mirror.positions, mirror.info, commands.enter, commands.candles, commands.reconcile
    )
    app = create_app(settings, context, mirror.feed_stats)
    app.state.subscriber = subscriber
    subscriber.start()
    return app


def _initial_info(settings: Settings) -> EngineInfo:
    """The engine as the settings describe it, until the feed publishes its own description."""
    environment = Environment.TESTNET if settings.use_testnet else Environment.LIVE
    return EngineInfo(
        settings.exchange.title(), settings.symbol, Environment.DEMO if settings.demo else environment
    )


if __name__ == "__main__":
    check_settings()
