"""One break for one trouble."""

import pytest

from dashboard.feed import socket_guard
from dashboard.feed.socket_guard import SocketGuard

SILENCE, ALONE = 2_500, 10_000


class Client:
    breaks = 0

    def reset_websockets(self) -> None:
        self.breaks += 1


class Stage:
    """A guard, what it breaks, and a clock."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.client = Client()
        self.guard = SocketGuard(self.client, silence=SILENCE, alone=ALONE)
        for symbol in "ABC":
            self.guard.begins(symbol)

    def renew(self, symbol: str) -> bool:
        return self.guard.renew(symbol, self.now)

    def alone_until_renewed(self, symbol: str) -> int:
        """Milliseconds that a market waits while others are heard."""
        self.guard.begins(symbol)
        since = began = self.now
        granted = False
        while not granted:
            self.now += 1_000
            self.guard.heard("B")
            granted = self.guard.renew(symbol, since)
        return self.now - began


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage()
    monkeypatch.setattr(socket_guard, "now_ms", lambda: stage.now)
    return stage


def test_all_who_notice_one_silence_break_it_once(stage: Stage):
    assert [stage.renew(symbol) for symbol in "ABC"] == [True, False, False]
    assert stage.client.breaks == 1


def test_trouble_on_the_new_sockets_is_another_one(stage: Stage):
    stage.renew("A")
    stage.guard.begins("B")
    assert stage.renew("B")


def test_while_another_is_heard_it_is_not_the_socket(stage: Stage):
    stage.guard.heard("B")
    stage.now += SILENCE - 1
    assert not stage.guard.renew("A", stage.now - SILENCE)
    stage.now += 1
    assert stage.guard.renew("A", stage.now - SILENCE)


def test_what_was_heard_before_the_trouble_says_nothing(stage: Stage):
    stage.guard.heard("B")
    assert stage.guard.renew("A", stage.now)


def test_its_own_messages_say_nothing_of_the_others(stage: Stage):
    stage.guard.heard("A")
    assert stage.guard.renew("A", stage.now - SILENCE)


def test_one_alone_waits_each_time_twice_as_long(stage: Stage):
    waits = [stage.alone_until_renewed("A") for _ in range(9)]
    assert waits == [1_000 + ALONE * 2 ** min(times, 6) for times in range(9)]


def test_one_alone_that_spoke_meanwhile_waits_anew(stage: Stage):
    stage.guard.heard("B")
    stage.guard.renew("A", stage.now - 1)
    stage.now += ALONE - 1
    stage.guard.heard("A")
    stage.guard.heard("B")
    stage.now += 1
    assert not stage.guard.renew("A", stage.now - 2)


def test_who_is_watched_no_more_is_no_witness(stage: Stage):
    stage.guard.heard("B")
    stage.guard.forget("B")
    assert stage.guard.renew("A", stage.now - 1)
