"""The offset between Redis' clock and the monotonic clock is measured by quick answers."""

from dataclasses import replace

import pytest

from dashboard.clock import now_ms
from dashboard.replication import clock_offset
from dashboard.replication.clock_offset import ClockOffset, to_local_times
from dashboard.replication.messages import MessageHeader, StateMessage
from tests.domain.fill_histories import fill
from tests.positions.harness import BTC, TrackerHarness
from tests.replication.harness import INITIAL_INFO

START_MS = 1_000_000
AHEAD_MS = 500_000


class SlowRedis:
    """Redis on the same clock: each answer arrives after the next of the given durations, in ms."""

    def __init__(self, *took_ms: int) -> None:
        self.now_ms = START_MS
        self._took_ms = list(took_ms)

    def time(self) -> tuple[int, int]:
        at_ms = self.now_ms + AHEAD_MS
        self.now_ms += self._took_ms.pop(0)
        return at_ms // 1000, at_ms % 1000 * 1000


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch):
    def measured(*took_ms: int) -> int:
        redis = SlowRedis(*took_ms)
        monkeypatch.setattr(clock_offset, "now_ms", lambda: redis.now_ms)
        return ClockOffset(redis).offset()

    return measured


def test_quick_answer_is_measured_once(measured):
    assert measured(10) == AHEAD_MS - 5


def test_first_offset_is_that_of_the_quickest_answer(measured):
    assert measured(400, 300, 20) == AHEAD_MS - 10
    assert measured(400, 300, 200, 100, 300) == AHEAD_MS - 50


def test_later_slow_answer_keeps_the_offset(monkeypatch: pytest.MonkeyPatch):
    redis = SlowRedis(10, 400)
    monkeypatch.setattr(clock_offset, "now_ms", lambda: redis.now_ms)
    clock = ClockOffset(redis)
    first = clock.offset()
    redis.now_ms += 3_000
    assert clock.offset() == first
    redis.now_ms += 1_000
    assert clock.offset() == first


@pytest.mark.parametrize("shift", [-3_600_000, 3_600_000])
def test_order_of_crossing_and_confirmation_is_kept_on_another_machine(shift: int):
    harness = TrackerHarness(now=now_ms()).fills(fill("buy 2 @ 100")).price("110")
    live = replace(harness.only, crossed_at=harness.now, confirmed_at=harness.now - 1)
    header = MessageHeader(1, 1, clock_offset=shift, info=INITIAL_INFO)
    message = to_local_times(StateMessage(header, positions={BTC: live}), local_offset=0)
    assert message.positions[BTC].awaits_confirmation
