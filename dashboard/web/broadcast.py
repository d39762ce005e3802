"""The newest view for any number of viewers: rendered once, serialised once, never queued."""

import asyncio
import json
from collections.abc import Callable

from dashboard.web.views.card_views import View
from dashboard.web.views.market_view import changed


class ViewBroadcast:
    """Holds one view and the version in which each of its keys last changed.

    A viewer asks for the changes since the version that it has. A slow one gets the newest value of
    each changed key, so nothing is queued and nothing is lost. Belongs to one event loop.
    """

    def __init__(self, render: Callable[[], View]) -> None:
        self._render = render
        self._view: View = {}
        self._changed_at: dict[str, int] = {}
        self._messages: dict[int, str] = {}
        self._waiters: list[asyncio.Future[None]] = []
        self.version = 0

    def refresh(self) -> None:
        """Renders the next version of the view and wakes all waiting viewers."""
        new = self._render()
        self.version += 1
        self._changed_at.update(dict.fromkeys(changed(self._view, new), self.version))
        self._view = new
        self._messages = {}
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():  # cancelled where the viewer has left
                waiter.set_result(None)

    async def wait_newer(self, version: int) -> int:
        """Waits for a version after `version` and returns it."""
        while self.version <= version:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        return self.version

    def message_since(self, version: int) -> str:
        """The message with all changes since `version`; since 0, the whole view.

        Viewers of one version share one message.
        """
        if version not in self._messages:
            changes = {key: text for key, text in self._view.items() if self._changed_at[key] > version}
            message = {"v": self.version, "view": changes}
            self._messages[version] = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        return self._messages[version]
