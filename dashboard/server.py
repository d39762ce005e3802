"""The only place that composes: the house, and the outlets that show what it knows."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from dashboard.access.entrance import Entrance
from dashboard.access.pages import guard
from dashboard.api.app import add_api
from dashboard.config import Settings
from dashboard.house import House, house
from dashboard.web.app import build_app
from dashboard.web.desk import Desk


@contextmanager
def running(settings: Settings) -> Iterator[FastAPI]:
    """The app over a running house, which is stopped at the end.

    Raises a DashboardError for whatever the user can mend. An exchange that cannot be reached is
    no error: the page comes up, says so, and the feed keeps trying.
    """
    entrance = Entrance.of(settings.keys_of_access, settings.allowed_origins)
    with house(settings) as inside:
        inside.monitor.start()
        app = build_app(_desk(settings, inside))
        add_api(
            app,
            inside.monitor,
            inside.markets,
            entrance,
            trouble=inside.trouble,
            has_account=inside.audit is not None,
        )
        guard(app, settings.host)
        inside.await_first_answer()
        yield app


def _desk(settings: Settings, inside: House) -> Desk:
    return Desk(
        markets=inside.markets,
        tracker=inside.tracker if inside.audit else None,
        enter=inside.entries.enter,
        reconcile=inside.feed.reconcile,
        candles=inside.feed.candles,
        exchange=inside.exchange,
        symbol=settings.symbol,
        venue=inside.venue,
    )
