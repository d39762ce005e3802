"""The newest view for any number of viewers: made once, serialised once, never queued."""

import asyncio
import json
from collections.abc import Callable

from dashboard.web.views.card_views import View
from dashboard.web.views.market_view import changed


class ViewBroadcast:
    """Holds one view and remembers when each of its keys changed.

    A viewer asks for what is new since the version that it has seen. One that is late gets the
    newest values of everything that changed meanwhile, so nothing is queued and nothing is lost.
    Belongs to one event loop.
    """

    def __init__(self, make: Callable[[], View]) -> None:
        self._make = make
        self._view: View = {}
        self._changed_at: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self.version = 0

    def refresh(self) -> None:
        """Makes the view anew and wakes all who wait."""
        new = self._make()
        self.version += 1
        self._changed_at.update(dict.fromkeys(changed(self._view, new), self.version))
        self._view = new
        self._texts = {}
        waiting, self._waiting = self._waiting, []
        for viewer in waiting:
            if not viewer.done():  # else it has left
                viewer.set_result(None)

    async def newer_than(self, version: int) -> int:
        """Waits for a version after `version` and returns it."""
        while self.version <= version:
            news = asyncio.get_running_loop().create_future()
            self._waiting.append(news)
            await news
        return self.version

    def since(self, version: int) -> str:
        """The message that brings a viewer of `version` up to date; version 0 gets the whole view.

        Viewers who keep up ask for the same one, so it is made once.
        """
        if version not in self._texts:
            fresh = {key: text for key, text in self._view.items() if self._changed_at[key] > version}
            message = {"v": self.version, "view": fresh}
            self._texts[version] = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        return self._texts[version]
