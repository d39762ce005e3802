"""PositionMonitor: starts and stops the watching of positions, and tells of each update."""

import logging
import threading
from collections.abc import Callable

from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import AccountSummary
from dashboard.positions.position_book import PositionListener

log = logging.getLogger(__name__)


class PositionMonitor:
    """Tells its callbacks of fills and changes at once, and of prices at each beat.

    A callback runs in a thread of the monitor's or of the feed's and must be quick; one that raises is
    logged and harms no other.
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
        self._interval = update_interval
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Starts the feed and the beat; harmless when they run. Once stopped it stays so."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._beat, name="position-monitor", daemon=True)
            self._thread.start()
            self._start_feed()

    def stop(self) -> None:
        """Ends both; harmless when they do not run."""
        if self._thread is not None and not self._ended.is_set():
            self._ended.set()
            self._stop_feed()
            if self._thread is not threading.current_thread():  # a callback may stop it, too
                self._thread.join()

    def on_position_update(self, callback: PositionListener) -> Callable[[], None]:
        """Calls `callback` with each update from now on. Returns what takes it off again."""
        return self._book.register(callback)

    def get_position_summary(self) -> AccountSummary:
        """All positions as one, now."""
        return self._book.summary()

    def _beat(self) -> None:
        while not self._ended.wait(self._interval):
            try:
                self._book.publish_prices()
            except Exception:
                log.exception("price updates of positions failed; the next ones are tried all the same")
