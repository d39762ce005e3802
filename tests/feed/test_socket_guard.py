"""Resets of the price websockets: one for each failure that several markets notice."""

import pytest

from dashboard.feed import socket_guard
from dashboard.feed.socket_guard import SocketGuard

SILENCE_MS, FIRST_WAIT_MS = 2_500, 10_000


class FakeClient:
    resets = 0

    def reset_websockets(self) -> None:
        self.resets += 1


class GuardHarness:
    """A guard of three subscribed markets, its client, and a clock."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.client = FakeClient()
        self.guard = SocketGuard(self.client, silence_ms=SILENCE_MS, first_wait_ms=FIRST_WAIT_MS)
        for symbol in "ABC":
            self.guard.subscribed(symbol)

    def request_reset(self, symbol: str) -> bool:
        return self.guard.request_reset(symbol, self.now)

    def wait_until_reset(self, symbol: str) -> int:
        """Returns the milliseconds until a market is granted a reset while another one is live."""
        self.guard.subscribed(symbol)
        since = started = self.now
        granted = False
        while not granted:
            self.now += 1_000
            self.guard.message_received("B")
            granted = self.guard.request_reset(symbol, since)
        return self.now - started


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> GuardHarness:
    harness = GuardHarness()
    monkeypatch.setattr(socket_guard, "now_ms", lambda: harness.now)
    return harness


def test_one_silence_noticed_by_all_markets_causes_one_reset(harness: GuardHarness):
    assert [harness.request_reset(symbol) for symbol in "ABC"] == [True, False, False]
    assert harness.client.resets == 1


def test_failure_on_the_new_sockets_causes_another_reset(harness: GuardHarness):
    harness.request_reset("A")
    harness.guard.subscribed("B")
    assert harness.request_reset("B")


def test_no_reset_while_another_market_is_live(harness: GuardHarness):
    harness.guard.message_received("B")
    harness.now += SILENCE_MS - 1
    assert not harness.guard.request_reset("A", harness.now - SILENCE_MS)
    harness.now += 1
    assert harness.guard.request_reset("A", harness.now - SILENCE_MS)


def test_message_before_the_failure_does_not_prevent_a_reset(harness: GuardHarness):
    harness.guard.message_received("B")
    assert harness.guard.request_reset("A", harness.now)


def test_own_message_does_not_prevent_a_reset(harness: GuardHarness):
    harness.guard.message_received("A")
    assert harness.guard.request_reset("A", harness.now - SILENCE_MS)


def test_single_silent_market_waits_twice_as_long_each_time(harness: GuardHarness):
    waits = [harness.wait_until_reset("A") for _ in range(9)]
    assert waits == [1_000 + FIRST_WAIT_MS * 2 ** min(times, 6) for times in range(9)]


def test_message_of_a_single_silent_market_restarts_its_wait(harness: GuardHarness):
    harness.guard.message_received("B")
    harness.guard.request_reset("A", harness.now - 1)
    harness.now += FIRST_WAIT_MS - 1
    harness.guard.message_received("A")
    harness.guard.message_received("B")
    harness.now += 1
    assert not harness.guard.request_reset("A", harness.now - 2)


def test_message_of_a_removed_market_does_not_prevent_a_reset(harness: GuardHarness):
    harness.guard.message_received("B")
    harness.guard.forget("B")
    assert harness.guard.request_reset("A", harness.now - 1)
