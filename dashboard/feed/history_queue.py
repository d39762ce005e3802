"""HistoryQueue: parts of an account's history, read one request after the other in the background."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from dashboard.clock import now_ms
from dashboard.feed.retry import logged_reason, retry_after_s


class HistoryPart(Protocol):
    """A part of the history that is read in several requests."""

    @property
    def name(self) -> str:
        """Its name, unique in a queue."""

    @property
    def is_complete(self) -> bool:
        """True once everything was read."""

    async def advance(self) -> None:
        """Sends the next request. After an exception the next call repeats it."""


@dataclass
class _Pending:
    part: HistoryPart
    delays: Iterator[float]
    retry_at: int = 0
    """In ms of the monotonic clock."""
    failure: str | None = field(default=None)


class HistoryQueue:
    """Reads parts in their order. One that fails is retried with growing delays, after the others.

    There is one request at a time, so that other requests wait for one at most in ccxt's rate limit. What a
    part has read is kept: a failure, or a restart of `run`, continues with what is missing.
    """

    def __init__(
        self,
        on_complete: Callable[[HistoryPart], None],
        on_idle: Callable[[], None],
        delays: Callable[[], Iterator[float]],
    ) -> None:
        """`on_idle` is called when nothing can be requested: all is read, or waits for a retry."""
        self._on_complete = on_complete
        self._on_idle = on_idle
        self._delays = delays
        self._pending: dict[str, _Pending] = {}
        self._added = asyncio.Event()
        self._idle = asyncio.Event()

    def add(self, part: HistoryPart, *, first: bool = False) -> None:
        """Adds a part in place of one of the same name, at the end or as the first."""
        self._pending.pop(part.name, None)
        added = {part.name: _Pending(part, self._delays())}
        self._pending = added | self._pending if first else self._pending | added
        self._idle.clear()
        self._added.set()

    def move_to_front(self, name: str) -> None:
        """Reads a part before the others."""
        self._pending = {name: self._pending.pop(name)} | self._pending

    def get(self, name: str) -> HistoryPart | None:
        """Returns the part of that name; None if it is complete or was never added."""
        pending = self._pending.get(name)
        return pending.part if pending else None

    @property
    def failures(self) -> Mapping[str, str]:
        """The reason of each part whose newest request has failed, by name."""
        return {name: each.failure for name, each in self._pending.items() if each.failure is not None}

    async def wait_until_idle(self, timeout_s: float) -> None:
        """Waits until all parts are read or have failed, but no longer than `timeout_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()

    async def run(self) -> None:
        """Reads the parts until cancelled."""
        while True:
            pending = self._next_due()
            if pending is None:
                await self._wait_for_work()
            else:
                await self._advance(pending)

    def _next_due(self) -> _Pending | None:
        now = now_ms()
        return next((each for each in self._pending.values() if each.retry_at <= now), None)

    async def _wait_for_work(self) -> None:
        if not self._idle.is_set():
            self._idle.set()
            self._on_idle()
        retry_at = min((each.retry_at for each in self._pending.values()), default=None)
        wait_s = None if retry_at is None else max(0, retry_at - now_ms()) / 1000
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._added.wait()
        self._added.clear()

    async def _advance(self, pending: _Pending) -> None:
        try:
            await pending.part.advance()
        except Exception as error:
            pending.failure = logged_reason(error)
            pending.retry_at = now_ms() + int(max(next(pending.delays), retry_after_s(error)) * 1000)
            return
        self._idle.clear()
        pending.failure, pending.delays = None, self._delays()
        name = pending.part.name
        if pending.part.is_complete and self._pending.get(name) is pending:
            del self._pending[name]
            self._on_complete(pending.part)
