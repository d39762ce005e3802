"""Whether the dashboard shows live prices: for a load balancer, and for whoever starts it."""

from collections.abc import Callable

from dashboard.app.context import AppContext
from dashboard.clock import now_ms
from dashboard.domain.feed_state import FeedState

_WHY = {
    FeedState.CONNECTING: "the exchange has not sent a price yet",
    FeedState.STALE: "prices are too old",
    FeedState.DISCONNECTED: "the exchange cannot be reached",
}


def freshness(context: AppContext, clock: Callable[[], int] = now_ms) -> Callable[[], str | None]:
    """Asks the main market why its price may not be relied on, in one line; None while it may.

    The line is for everybody: it has no word of the exchange's own, nor of Redis.
    """

    def why() -> str | None:
        state = context.markets.main.snapshot.health.state_at(clock())
        return "the feed is not heard" if not context.info().running else _WHY.get(state)

    return why
