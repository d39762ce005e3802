"""PositionMonitor: starts and stops the feed, and publishes price updates at a fixed interval."""

import logging
import threading
from collections.abc import Callable

from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import AccountSummary
from dashboard.positions.position_book import PositionListener

log = logging.getLogger(__name__)


class PositionMonitor:
    """Calls its callbacks with fills and changes at once, and with prices at each interval.

    A callback runs in the thread of the monitor or of the feed and must be quick. One that raises is
    logged and does not affect the others.
    """

    def __init__(
        self,
        book: LiveBook,
        start_feed: Callable[[], None] = lambda: None,
        stop_feed: Callable[[], None] = lambda: None,
        update_interval: float = 1.0,
    ) -> None:
        """`update_interval` is the time in seconds between two price updates."""
        self._book = book
        self._start_feed = start_feed
        self._stop_feed = stop_feed
        self._interval_s = update_interval
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """True from `start` to `stop`."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Starts the feed and the price updates. Has no effect while running or after `stop`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._publish_prices, name="position-monitor", daemon=True)
            self._thread.start()
            self._start_feed()

    def stop(self) -> None:
        """Stops the feed and the price updates. Has no effect unless running."""
        if self._thread is not None and not self._stopped.is_set():
            self._stopped.set()
            self._stop_feed()
            if self._thread is not threading.current_thread():  # a callback may call `stop`
                self._thread.join()

    def on_position_update(self, callback: PositionListener) -> Callable[[], None]:
        """Calls `callback` with each update from now on. Returns the function that unregisters it."""
        return self._book.register(callback)

    def get_position_summary(self) -> AccountSummary:
        """Returns the current totals of all positions."""
        return self._book.summary()

    def _publish_prices(self) -> None:
        while not self._stopped.wait(self._interval_s):
            try:
                self._book.publish_prices()
            except Exception:
                log.exception("price updates of positions failed; retrying at the next interval")
