"""Deadline: ends a connection that does not reach its next step in time."""

import asyncio
from collections.abc import Callable


class Deadline:
    """A timer of one connection, which calls `end` once the time is over."""

    def __init__(self, timeout_s: float, end: Callable[[], None]) -> None:
        self._timeout_s = timeout_s
        self._end = end
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """True between `start` and `stop`."""
        return self._timer is not None

    def start(self) -> None:
        """Starts the timer; a running one is not prolonged, since a client that trickles is slow, too."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._timeout_s, self._end)

    def stop(self) -> None:
        """Stops the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
