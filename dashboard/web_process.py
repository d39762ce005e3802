"""A web worker's application: what page and API show comes from the feed's process, through Redis."""

from fastapi import FastAPI

from dashboard.config import Settings, load
from dashboard.desk import About, Desk, Venue
from dashboard.errors import SettingsError
from dashboard.outlets import outlets
from dashboard.sync.asking import Asking
from dashboard.sync.hearing import Hearing
from dashboard.sync.mirror import Mirror
from dashboard.sync.names import connected


def create() -> FastAPI:
    """What gunicorn serves: the settings come from the environment. Raises DashboardError."""
    return application(load([]))


def application(settings: Settings) -> FastAPI:
    """The application over a mirror of the feed's state, which runs from now on."""
    if settings.redis_url is None:
        raise SettingsError("--redis-url: needed where feed and web workers are processes of their own")
    url = settings.redis_url.get_secret_value()
    mirror = Mirror(_about(settings))
    hearing, asking = Hearing(connected(url), mirror), Asking(url)
    desk = Desk(mirror.markets, mirror.board, mirror.about, asking.enter, asking.candles, asking.reconcile)
    app = outlets(settings, desk)
    app.state.hearing = hearing
    hearing.start()
    return app


def _about(settings: Settings) -> About:
    """As far as the settings tell it, until the feed does."""
    venue = Venue.TESTNET if settings.use_testnet else Venue.LIVE
    return About(settings.exchange.title(), settings.symbol, Venue.DEMO if settings.demo else venue)
