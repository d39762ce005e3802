"""The dashboard in one process: the engine, and the application on top of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from dashboard.app.asgi import create_app, validate_access_settings
from dashboard.app.engine import build_engine
from dashboard.config import Settings
from dashboard.metrics.feed_stats import FeedStats


@contextmanager
def running_app(settings: Settings) -> Iterator[FastAPI]:
    """The application over a running engine, which is stopped at the end.

    Raises DashboardError for settings that the user has to correct. An exchange that cannot be reached
    is no error: the page shows it, and the feed keeps retrying.
    """
    validate_access_settings(settings)
    with build_engine(settings) as engine:
        feed_stats = FeedStats(engine.markets, engine.positions, engine.audit)
        engine.monitor.start()
        app = create_app(settings, engine.context, feed_stats.read)
        app.state.is_stalled = lambda: engine.is_stalled
        engine.wait_until_ready()
        yield app
