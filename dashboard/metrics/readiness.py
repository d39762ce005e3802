"""Whether the dashboard shows live prices: for a load balancer, and for whoever starts it."""

from collections.abc import Callable

from dashboard.clock import now_ms
from dashboard.domain.feed_state import FeedState
from dashboard.markets import Markets

_WHY = {
    FeedState.CONNECTING: "the exchange has not sent a price yet",
    FeedState.STALE: "prices are too old",
    FeedState.DISCONNECTED: "the exchange cannot be reached",
}


def freshness(markets: Markets, clock: Callable[[], int] = now_ms) -> Callable[[], str | None]:
    """Asks the main market why its price may not be relied on, in one line; None while it may."""
    return lambda: _WHY.get(markets.main.snapshot.health.state_at(clock()))
