"""What one client has still to be sent: the newest of each thing, never a queue that grows."""

import asyncio
from collections.abc import Hashable

MOST = 1_000
"""Things that may wait for a slow client; one with more is closed, to come back for a fresh state."""


class ConflatingOutbox:
    """Texts by key, in the order of their arrival; a newer one takes the place of an older one.

    Belongs to one event loop.
    """

    __slots__ = ("_texts", "_waiting", "since")

    def __init__(self) -> None:
        self._texts: dict[Hashable, str] = {}
        self._waiting: asyncio.Future[None] | None = None
        self.since = 0
        """The number of the newest message that the client's first state has in it."""

    def put(self, key: Hashable, text: str) -> None:
        """Something to send. What stands under the same key is superseded."""
        self._texts.pop(key, None)
        self._texts[key] = text
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    @property
    def overfull(self) -> bool:
        """Whether the client is so slow that it has to begin anew."""
        return len(self._texts) > MOST

    async def take(self) -> list[str]:
        """All that is to be sent, once there is something."""
        if not self._texts:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        texts, self._texts = list(self._texts.values()), {}
        return texts
