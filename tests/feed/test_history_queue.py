"""The queue of a history's parts: one request at a time, and a failing part delays no other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import repeat

import pytest

from dashboard.errors import ExchangeUnavailable
from dashboard.feed.history_queue import HistoryPart, HistoryQueue
from tests.waiting import TIMEOUT_S


class Part:
    """Takes `requests` requests, which are recorded in `log`; fails while `failure` is set."""

    def __init__(self, name: str, log: list[str], requests: int = 2) -> None:
        self.name = name
        self.left = requests
        self.failure: Exception | None = None
        self._log = log

    @property
    def is_complete(self) -> bool:
        return self.left == 0

    async def advance(self) -> None:
        self._log.append(self.name)
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        self.left -= 1


class QueueHarness:
    """A queue that runs, with the names of its requests and of the parts it has read."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.read: list[str] = []
        self._changed = asyncio.Event()
        self.read_when_idle: list[str] = []
        self.queue = HistoryQueue(self._on_complete, self._on_idle, lambda: repeat(0.01))

    def part(self, name: str, **options: int) -> Part:
        return Part(name, self.requests, **options)

    async def until_read(self, *names: str) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while self.read != [*names]:
                await self._changed.wait()
                self._changed.clear()

    def _on_complete(self, part: HistoryPart) -> None:
        self.read.append(part.name)
        self._changed.set()

    def _on_idle(self) -> None:
        self.read_when_idle = [*self.read]


@pytest.fixture
async def harness() -> AsyncIterator[QueueHarness]:
    harness = QueueHarness()
    task = asyncio.create_task(harness.queue.run())
    yield harness
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_parts_are_read_in_their_order(harness: QueueHarness) -> None:
    harness.queue.add(harness.part("second"))
    harness.queue.add(harness.part("third"))
    harness.queue.add(harness.part("first"), first=True)
    await harness.until_read("first", "second", "third")
    assert harness.requests == ["first"] * 2 + ["second"] * 2 + ["third"] * 2


async def test_part_can_be_moved_to_the_front(harness: QueueHarness) -> None:
    harness.queue.add(harness.part("one"))
    harness.queue.add(harness.part("two"))
    harness.queue.move_to_front("two")
    await harness.until_read("two", "one")


@pytest.mark.parametrize("failure", [ExchangeUnavailable("no response"), ZeroDivisionError("a bug")])
async def test_failing_part_is_retried_after_the_others(harness: QueueHarness, failure: Exception) -> None:
    failing = harness.part("failing")
    failing.failure = failure
    harness.queue.add(failing)
    harness.queue.add(harness.part("other"))
    await harness.until_read("other")
    assert list(harness.queue.failures) == ["failing"]
    failing.failure = None
    await harness.until_read("other", "failing")
    assert harness.queue.failures == {}


async def test_waiting_ends_once_all_is_read_or_has_failed(harness: QueueHarness) -> None:
    failing = harness.part("failing")
    failing.failure = ExchangeUnavailable("no response")
    harness.queue.add(failing)
    harness.queue.add(harness.part("other"))
    await harness.queue.wait_until_idle(TIMEOUT_S)
    assert harness.read == harness.read_when_idle == ["other"]


async def test_waiting_ends_with_its_time(harness: QueueHarness) -> None:
    harness.queue.add(harness.part("endless", requests=10**9))
    await harness.queue.wait_until_idle(0.01)
    assert harness.read == []


async def test_part_is_replaced_by_one_of_the_same_name(harness: QueueHarness) -> None:
    harness.queue.add(harness.part("one", requests=10**9))
    await asyncio.sleep(0)
    harness.queue.add(harness.part("one"))
    await harness.until_read("one")


async def test_restarted_queue_continues_with_what_is_missing() -> None:
    harness = QueueHarness()
    part = harness.part("one", requests=5)
    harness.queue.add(part)
    task = asyncio.create_task(harness.queue.run())
    while part.left > 2:  # noqa: ASYNC110 - the part has no event to wait for
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    left = part.left
    task = asyncio.create_task(harness.queue.run())
    await harness.until_read("one")
    task.cancel()
    assert len(harness.requests) <= 5 + 1
    assert left <= 2
