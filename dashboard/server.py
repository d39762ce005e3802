"""The only place that composes: the house, and the outlets that show what it knows."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from dashboard.access.entrance import Entrance
from dashboard.access.pages import guard
from dashboard.api.app import add_api
from dashboard.config import Settings
from dashboard.house import house
from dashboard.web.app import build_app


@contextmanager
def running(settings: Settings) -> Iterator[FastAPI]:
    """The app over a running house, which is stopped at the end.

    Raises a DashboardError for whatever the user can mend. An exchange that cannot be reached is
    no error: the page comes up, says so, and the feed keeps trying.
    """
    entrance = Entrance.of(settings.keys_of_access, settings.allowed_origins)
    with house(settings) as inside:
        inside.monitor.start()
        desk = inside.desk
        app = build_app(desk)
        add_api(app, desk, entrance)
        guard(app, settings.host)
        inside.await_first_answer()
        yield app
