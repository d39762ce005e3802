"""One stream of messages from the live state's threads to any number of clients in the server's loop."""

import asyncio
import threading
from collections import deque
from collections.abc import Hashable
from contextlib import suppress

from dashboard.api.client_slot import Slot


class Channel:
    """Takes texts from any thread, and puts them into the slot of each client.

    The loop is called once for all that came until it listens, not once a client or a message.
    """

    def __init__(self) -> None:
        self._slots: dict[Slot, None] = {}
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

    def enter(self, slot: Slot) -> None:
        """A client more, in the server's loop."""
        self._loop = asyncio.get_running_loop()
        self._slots[slot] = None

    def leave(self, slot: Slot) -> None:
        """A client less."""
        self._slots.pop(slot, None)

    def publish(self, key: Hashable, text: str) -> None:
        """Tells all clients, from any thread. What they have not been sent under `key` is superseded."""
        with self._publishing:
            self.number += 1
            self._news.append((self.number, key, text))
            called, self._called = self._called, True
        if not called and self._loop is not None:
            with suppress(RuntimeError):  # the server has ended
                self._loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        with self._publishing:
            news, self._news = self._news, deque()
            self._called = False
        for number, key, text in news:
            for slot in self._slots:
                if number > slot.since:
                    slot.put(key, text)
