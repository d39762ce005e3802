"""Broadcast of messages, from the threads of the live state to any number of clients in the server's loop."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Hashable
from contextlib import suppress

from dashboard.api.outbox import ConflatingOutbox

_TIMER_S = 1.0


class Broadcaster:
    """Takes texts from any thread, and puts them into the outbox of each client.

    The loop is called once for all pending messages, not once for each client or message.
    """

    def __init__(self, on_timer: Callable[[], None] | None = None) -> None:
        """`on_timer` is called in the server's loop each second while there is a client."""
        self._on_timer = on_timer
        self._timer: asyncio.Task[None] | None = None
        self._outboxes: dict[ConflatingOutbox, None] = {}
        self._pending: deque[tuple[int, Hashable, str]] = deque()
        self._publishing = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scheduled = False
        self.sequence = 0
        """Number of the newest message."""

    @property
    def has_clients(self) -> bool:
        """True if there is a client; without one, no message needs to be serialised."""
        return bool(self._outboxes)

    def subscribe(self, outbox: ConflatingOutbox) -> None:
        """Adds a client. Runs in the server's loop."""
        self._loop = asyncio.get_running_loop()
        self._outboxes[outbox] = None
        if self._on_timer is not None and self._timer is None:
            self._timer = self._loop.create_task(self._run_timer(self._on_timer))

    def unsubscribe(self, outbox: ConflatingOutbox) -> None:
        """Removes a client. Runs in the server's loop."""
        self._outboxes.pop(outbox, None)
        if not self._outboxes and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def publish(self, key: Hashable, text: str) -> None:
        """Sends a text to all clients, from any thread. It supersedes unsent texts with the same key."""
        with self._publishing:
            self.sequence += 1
            self._pending.append((self.sequence, key, text))
            scheduled, self._scheduled = self._scheduled, True
        if not scheduled and self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._distribute)

    async def _run_timer(self, on_timer: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(_TIMER_S)
            on_timer()

    def _distribute(self) -> None:
        with self._publishing:
            pending, self._pending = self._pending, deque()
            self._scheduled = False
        for number, key, text in pending:
            for outbox in self._outboxes:
                if number > outbox.initial_sequence:
                    outbox.put(key, text)
