"""A channel for the viewers of one position: one view for all of them, refreshed while there is a viewer."""

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

_HEARTBEAT_S = 1.0
"""Longest pause between two views: ages grow without updates, and pages take silence for a failure."""
_MIN_PAUSE_S = 0.016
"""Shortest pause between two views: a screen does not show more of them."""
_MAX_FIRST_AGE_MS = 100
"""Age up to which the current view is sent to a new viewer without a refresh."""


class ViewChannel:
    """Refreshes its view only while there is a viewer."""

    def __init__(self, context: AppContext, render: Callable[[], View]) -> None:
        self._context = context
        self._refreshed_at = 0
        self._refreshing: asyncio.Task[None] | None = None
        self.broadcast = ViewBroadcast(render)
        self.viewers = 0

    @asynccontextmanager
    async def viewing(self) -> AsyncIterator[None]:
        """Counts one viewer, and keeps the view fresh while there is at least one."""
        self.viewers += 1
        if now_ms() - self._refreshed_at > _MAX_FIRST_AGE_MS:
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
        """Refreshes the view; returns False if that failed."""
        self._refreshed_at = now_ms()
        try:
            self.broadcast.refresh()
        except Exception:
            # The pages receive nothing and mark their prices stale, which is true.
            log.exception("cannot render the view")
            return False
        return True

    async def _keep_fresh(self) -> None:
        updated, loop, latency = asyncio.Event(), asyncio.get_running_loop(), LatencyMeter()

        def on_update(update: object) -> None:
            """Runs in the publishing thread. One call of the loop is enough until it has run."""
            latency.on_update(update)
            if not updated.is_set():
                with suppress(RuntimeError):  # the loop has just been closed
                    loop.call_soon_threadsafe(updated.set)

        unsubscribe = [self._context.markets.register(on_update), self._context.positions.register(on_update)]
        try:
            while True:
                updated.clear()
                pending = latency.take_pending()
                if self._refresh():
                    latency.observe(pending)
                await asyncio.sleep(_MIN_PAUSE_S)
                with suppress(TimeoutError):
                    await asyncio.wait_for(updated.wait(), _HEARTBEAT_S)
        finally:
            for call in unsubscribe:
                call()
