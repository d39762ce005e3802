"""A room of viewers who look at the same position: one view for all of them, kept fresh while they look."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from dashboard.app.context import AppContext
from dashboard.clock import now_ms
from dashboard.web.broadcast import ViewBroadcast
from dashboard.web.latency import LatencyMeter
from dashboard.web.views.card_views import View

log = logging.getLogger(__name__)

_SIGN_OF_LIFE = 1.0
"""Seconds after which a view is sent though nothing happened: ages go on, and silence would mean death."""
_BREATH = 0.016
"""Seconds between two views at least: a screen shows no more of them."""
_FRESH = 100
"""Milliseconds up to which a view may have been made before a page gets it as its first."""


class ViewChannel:
    """Works only while somebody looks."""

    def __init__(self, context: AppContext, make: Callable[[], View]) -> None:
        """`make` makes the view anew."""
        self._context = context
        self._refreshed_at = 0
        self._refreshing: asyncio.Task[None] | None = None
        self.broadcast = ViewBroadcast(make)
        self.viewers = 0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Keeps the view fresh while there is at least one viewer."""
        self.viewers += 1
        if now_ms() - self._refreshed_at > _FRESH:
            self._refresh()
        if self._refreshing is None:
            self._refreshing = asyncio.create_task(self._keep_fresh())
        try:
            yield
        finally:
            self.viewers -= 1
            if self.viewers == 0:
                self._refreshing.cancel()
                self._refreshing = None

    def _refresh(self) -> bool:
        """Makes the view anew, and says whether it could."""
        self._refreshed_at = now_ms()
        try:
            self.broadcast.refresh()
        except Exception:
            # The pages hear nothing and turn grey by themselves, which is the truth.
            log.exception("the view could not be made")
            return False
        return True

    async def _keep_fresh(self) -> None:
        news, loop, lateness = asyncio.Event(), asyncio.get_running_loop(), LatencyMeter()

        def tell(told: object) -> None:
            """Runs in the thread that changed something. One call is enough until it was heard."""
            lateness.told(told)
            if not news.is_set():
                with suppress(RuntimeError):  # the loop was just closed
                    loop.call_soon_threadsafe(news.set)

        forget = [self._context.markets.register(tell), self._context.positions.register(tell)]
        try:
            while True:
                news.clear()
                waited = lateness.take()
                if self._refresh():
                    lateness.shown(waited)
                await asyncio.sleep(_BREATH)
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), _SIGN_OF_LIFE)
        finally:
            for each in forget:
                each()
