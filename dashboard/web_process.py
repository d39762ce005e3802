"""A web worker's application: what page and API show comes from the feed's process, through Redis."""

import os
import sys
from collections.abc import Iterable

from fastapi import FastAPI

from dashboard.auth.auth_store import AuthStore, auth_file
from dashboard.auth.bind_policy import is_reachable, require_password_for
from dashboard.config import PREFIX, Settings, load, log_as_asked, needed_redis_url
from dashboard.desk import About, Desk
from dashboard.domain.environment import Environment
from dashboard.errors import DashboardError
from dashboard.outlets import check_doors, outlets
from dashboard.replication.command_client import CommandClient
from dashboard.replication.mirror import Mirror
from dashboard.replication.redis_client import connect
from dashboard.replication.subscriber import Subscriber


def check(addresses: Iterable[object] = ()) -> None:
    """Ends the process with one line and exit code 2 where the settings are wrong, or one of the
    `addresses` to listen on may not be served without a password. From then on it logs as they say.

    For gunicorn before it makes workers, and for whoever reloads: a worker that cannot start ends all.
    """
    try:
        settings = load([])
        log_as_asked(settings)
        connect(needed_redis_url(settings))
        check_doors(settings)
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


def create() -> FastAPI:
    """What gunicorn serves: the settings come from the environment. Raises DashboardError."""
    settings = load([])
    log_as_asked(settings)
    return application(settings)


def application(settings: Settings) -> FastAPI:
    """The application over a mirror of the feed's state, which runs from now on."""
    url = needed_redis_url(settings)
    mirror = Mirror(_about(settings))
    hearing, asking = Subscriber(connect(url), mirror), CommandClient(url)
    desk = Desk(mirror.markets, mirror.board, mirror.about, asking.enter, asking.candles, asking.reconcile)
    app = outlets(settings, desk, mirror.vitals)
    app.state.hearing = hearing
    hearing.start()
    return app


def _about(settings: Settings) -> About:
    """As far as the settings tell it, until the feed does."""
    environment = Environment.TESTNET if settings.use_testnet else Environment.LIVE
    return About(
        settings.exchange.title(), settings.symbol, Environment.DEMO if settings.demo else environment
    )


if __name__ == "__main__":
    check()
