"""Unsent messages of one client: the newest for each key, never a growing queue."""

import asyncio
from collections.abc import Hashable

MAX_PENDING = 1_000
"""Keys that may be unsent; a client with more is closed, so that it reconnects for a fresh state."""


class ConflatingOutbox:
    """Texts by key, in the order of arrival; a newer text replaces an older one with the same key.

    Belongs to one event loop.
    """

    __slots__ = ("_texts", "_waiter", "initial_sequence")

    def __init__(self) -> None:
        self._texts: dict[Hashable, str] = {}
        self._waiter: asyncio.Future[None] | None = None
        self.initial_sequence = 0
        """Number of the newest message that the client's initial state includes."""

    def put(self, key: Hashable, text: str) -> None:
        """Adds a text to send, in place of an unsent one with the same key."""
        self._texts.pop(key, None)
        self._texts[key] = text
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def overfull(self) -> bool:
        """True if the client is too slow to catch up and has to reconnect."""
        return len(self._texts) > MAX_PENDING

    async def take(self) -> list[str]:
        """Waits for at least one text, and returns all of them."""
        if not self._texts:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        texts, self._texts = list(self._texts.values()), {}
        return texts
