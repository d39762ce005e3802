"""One stream of messages from the live state's threads to any number of clients in the server's loop."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Hashable
from contextlib import suppress

from dashboard.api.outbox import ConflatingOutbox

_LOOK = 1.0
"""Seconds between two looks."""


class Broadcaster:
    """Takes texts from any thread, and puts them into the slot of each client.

    The loop is called once for all that came until it listens, not once a client or a message.
    """

    def __init__(self, look: Callable[[], None] | None = None) -> None:
        """`look` is called in the server's loop each second while there is a client."""
        self._look = look
        self._looking: asyncio.Task[None] | None = None
        self._slots: dict[ConflatingOutbox, None] = {}
        self._news: deque[tuple[int, Hashable, str]] = deque()
        self._publishing = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._called = False
        self.number = 0
        """Of the newest message."""

    @property
    def heard(self) -> bool:
        """Whether there is anybody to tell; without, nothing need be serialised."""
        return bool(self._slots)

    def enter(self, slot: ConflatingOutbox) -> None:
        """A client more, in the server's loop."""
        self._loop = asyncio.get_running_loop()
        self._slots[slot] = None
        if self._look is not None and self._looking is None:
            self._looking = self._loop.create_task(self._look_on(self._look))

    def leave(self, slot: ConflatingOutbox) -> None:
        """A client less."""
        self._slots.pop(slot, None)
        if not self._slots and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def publish(self, key: Hashable, text: str) -> None:
        """Tells all clients, from any thread. What they have not been sent under `key` is superseded."""
        with self._publishing:
            self.number += 1
            self._news.append((self.number, key, text))
            called, self._called = self._called, True
        if not called and self._loop is not None:
            with suppress(RuntimeError):  # the server has ended
                self._loop.call_soon_threadsafe(self._hand_out)

    async def _look_on(self, look: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            look()

    def _hand_out(self) -> None:
        with self._publishing:
            news, self._news = self._news, deque()
            self._called = False
        for number, key, text in news:
            for slot in self._slots:
                if number > slot.since:
                    slot.put(key, text)
