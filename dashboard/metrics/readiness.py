"""Readiness, for load balancers and supervisors: true while the dashboard shows live prices."""

from collections.abc import Callable

from dashboard.app.context import AppContext
from dashboard.clock import now_ms
from dashboard.domain.feed_state import FeedState

_REASONS = {
    FeedState.CONNECTING: "the exchange has not sent a price yet",
    FeedState.STALE: "prices are too old",
    FeedState.DISCONNECTED: "the exchange cannot be reached",
}


def readiness_check(context: AppContext, clock: Callable[[], int] = now_ms) -> Callable[[], str | None]:
    """Returns a function for the reason in one line why the dashboard is not ready; None while it is.

    The reason is public, so it quotes no error of the exchange or of Redis.
    """

    def reason() -> str | None:
        state = context.markets.main.snapshot.health.state_at(clock())
        return _REASONS.get(state) if context.info().running else "the feed is not running or not reachable"

    return reason
