"""How long prices take from their receipt to the view that shows them."""

from dashboard.clock import now_ms
from dashboard.metrics.registry import UPDATE_LATENCY, newest_at
from dashboard.state.runtime import MarketSnapshot


class LatencyMeter:
    """Measures the oldest price that waits for a view: once a refresh, however many came meanwhile."""

    def __init__(self) -> None:
        self._waiting: int | None = None
        self._newest = now_ms()
        """What was received before anybody looked has kept nobody waiting."""

    def told(self, news: object) -> None:
        """There is news, perhaps of a price. Runs in the thread that tells it, for each tick."""
        received_at = newest_at(news.ticker) if isinstance(news, MarketSnapshot) else None
        if received_at is not None and received_at > self._newest:
            self._newest = received_at
            if self._waiting is None:
                self._waiting = received_at

    def take(self) -> int | None:
        """What the next view will show at last. To be asked before that is made."""
        waiting, self._waiting = self._waiting, None
        return waiting

    @staticmethod
    def shown(received_at: int | None) -> None:
        """The view with the price of `received_at` is made, and handed to all who look."""
        if received_at is not None:
            UPDATE_LATENCY.observe(max(0, now_ms() - received_at) / 1000)
