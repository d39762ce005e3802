"""Latency of prices, from their receipt to the view that shows them."""

from dashboard.clock import now_ms
from dashboard.metrics.registry import UPDATE_LATENCY
from dashboard.state.runtime import MarketSnapshot


class LatencyMeter:
    """Measures, once a refresh, the oldest price that is not shown yet, however many came after it."""

    def __init__(self) -> None:
        self._pending: int | None = None
        self._newest = now_ms()
        """Receipt of the newest price; those before the first viewer are not measured."""

    def on_update(self, update: object) -> None:
        """Notes the receipt of a new price, if there is one. Runs in the publishing thread, for each tick."""
        received_at = update.ticker.newest_at if isinstance(update, MarketSnapshot) else None
        if received_at is not None and received_at > self._newest:
            self._newest = received_at
            if self._pending is None:
                self._pending = received_at

    def take_pending(self) -> int | None:
        """Receipt of the oldest price that the next view will be the first to show. Call before rendering."""
        pending, self._pending = self._pending, None
        return pending

    @staticmethod
    def observe(received_at: int | None) -> None:
        """Records the latency of the price of `received_at`, once its view has been handed to all viewers."""
        if received_at is not None:
            UPDATE_LATENCY.observe(max(0, now_ms() - received_at) / 1000)
