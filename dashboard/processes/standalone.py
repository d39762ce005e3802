"""The dashboard in one process: the house, and the outlets over it."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from dashboard.app.asgi import create_app, validate_access_settings
from dashboard.app.engine import build_engine
from dashboard.config import Settings
from dashboard.metrics.feed_stats import FeedStats


@contextmanager
def running(settings: Settings) -> Iterator[FastAPI]:
    """The app over a running house, which is stopped at the end.

    Raises a DashboardError for whatever the user can mend. An exchange that cannot be reached is
    no error: the page comes up, says so, and the feed keeps trying.
    """
    validate_access_settings(settings)
    with build_engine(settings) as inside:
        feed_stats = FeedStats(inside.markets, inside.positions, inside.audit)
        inside.monitor.start()
        app = create_app(settings, inside.context, feed_stats.read)
        app.state.is_stalled = lambda: inside.is_stalled
        inside.wait_until_ready()
        yield app
