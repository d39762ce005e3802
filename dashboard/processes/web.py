"""A web worker's application: what page and API show comes from the feed's process, through Redis."""

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


def check_settings(addresses: Iterable[object] = ()) -> None:
    """Ends the process with one line and exit code 2 where the settings are wrong, or one of the
    `addresses` to listen on may not be served without a password. From then on it logs as they say.

    For gunicorn before it makes workers, and for whoever reloads: a worker that cannot start ends all.
    """
    try:
        settings = load([])
        configure_logging(settings)
        connect(require_redis_url(settings))
        validate_access_settings(settings)
        require_password_for(addresses, AuthStore(auth_file(settings.state_dir)))
    except DashboardError as error:
        print(f"dashboard-web: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None


def require_login(addresses: Iterable[object]) -> None:
    """If others can get to one of the `addresses` no worker lets anybody in while there is no password.

    For gunicorn, once it listens. Workers have it from the environment: those that replace others, too.
    """
    if any(is_reachable(address) for address in addresses):
        os.environ[f"{PREFIX}REQUIRE_LOGIN"] = "true"


def create_worker_app() -> FastAPI:
    """What gunicorn serves: the settings come from the environment. Raises DashboardError."""
    settings = load([])
    configure_logging(settings)
    return build_worker_app(settings)


def build_worker_app(settings: Settings) -> FastAPI:
    """The application over a mirror of the feed's state, which runs from now on."""
    url = require_redis_url(settings)
    mirror = Mirror(_about(settings))
    hearing, asking = Subscriber(connect(url), mirror), CommandClient(url)
    context = AppContext(
        mirror.markets, mirror.board, mirror.about, asking.enter, asking.candles, asking.reconcile
    )
    app = create_app(settings, context, mirror.feed_stats)
    app.state.hearing = hearing
    hearing.start()
    return app


def _about(settings: Settings) -> EngineInfo:
    """As far as the settings tell it, until the feed does."""
    environment = Environment.TESTNET if settings.use_testnet else Environment.LIVE
    return EngineInfo(
        settings.exchange.title(), settings.symbol, Environment.DEMO if settings.demo else environment
    )


if __name__ == "__main__":
    check_settings()
