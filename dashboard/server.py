"""The dashboard in one process: the house, and the outlets over it."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from dashboard.config import Settings
from dashboard.house import house
from dashboard.metrics.feed_stats import FeedStats
from dashboard.outlets import check_doors, outlets


@contextmanager
def running(settings: Settings) -> Iterator[FastAPI]:
    """The app over a running house, which is stopped at the end.

    Raises a DashboardError for whatever the user can mend. An exchange that cannot be reached is
    no error: the page comes up, says so, and the feed keeps trying.
    """
    check_doors(settings)
    with house(settings) as inside:
        vitals = FeedStats(inside.markets, inside.tracker, inside.audit)
        inside.monitor.start()
        app = outlets(settings, inside.desk, vitals.read)
        app.state.hangs = lambda: inside.hangs
        inside.await_first_answer()
        yield app
