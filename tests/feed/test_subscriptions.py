"""Markets beside the main one: each for itself, though all share the exchange's sockets."""

from collections.abc import Callable
from threading import Thread

import pytest

from dashboard.demo.protocol.fault_injection import EVERY, WebSocketFaults
from dashboard.domain.events import (
    FeedEvent,
    FeedFailed,
    InstrumentResolved,
    MarginTiersReceived,
    PriceReceived,
    Transport,
)
from tests.feed.harness import FeedHarness

ETH, SOL, DOGE = FOLLOWED = ("ETH/USDT:USDT", "SOL/USDT:USDT", "DOGE/USDT:USDT")
ALL = (None, *FOLLOWED)


def told_of(rig: FeedHarness, symbol: str | None, since: int = 0) -> list[FeedEvent]:
    return [event for other, event in rig.told[since:] if other == symbol]


def streamed(rig: FeedHarness, symbols: tuple[str | None, ...], since: int = 0) -> bool:
    return all(
        any(
            isinstance(event, PriceReceived) and event.transport is Transport.STREAM
            for event in told_of(rig, symbol, since)
        )
        for symbol in symbols
    )


def failures(rig: FeedHarness, symbol: str | None, since: int = 0) -> list[FeedEvent]:
    return [event for event in told_of(rig, symbol, since) if isinstance(event, FeedFailed)]


def until_all_stream(rig: FeedHarness) -> None:
    """Waits for a message of each of the four from now on."""
    since = len(rig.told)
    rig.until(lambda _: streamed(rig, ALL, since))


def start_four(rig: FeedHarness) -> None:
    rig.start().follow(FOLLOWED)
    until_all_stream(rig)


def test_a_followed_market_begins_with_what_it_is(rig: FeedHarness):
    start_four(rig)
    rig.until(
        lambda _: all(
            any(isinstance(e, MarginTiersReceived) for e in told_of(rig, each)) for each in FOLLOWED
        )
    )
    for symbol in FOLLOWED:
        first, *_ = told_of(rig, symbol)
        assert isinstance(first, InstrumentResolved)
        assert first.instrument.symbol == symbol


def test_following_may_be_asked_for_before_the_exchange_is_reached(rig: FeedHarness):
    rig.demo.call(rig.exchange.refuse())
    feed = rig.start()
    Thread(target=feed.follow, args=([ETH],)).start()
    rig.until(lambda snapshot: snapshot.health.reason)
    rig.demo.call(rig.exchange.accept_again())
    rig.until(lambda _: streamed(rig, (None, ETH)))


def test_the_main_market_is_not_followed_twice(rig: FeedHarness):
    rig.start().follow(["BTC/USDT:USDT", ETH])
    rig.until(lambda _: streamed(rig, (None, ETH)))
    assert {symbol for symbol, _ in rig.told} == {None, ETH}


def test_what_is_let_go_from_within_emit_says_nothing_more(rig: FeedHarness):
    start_four(rig)
    let_go_marks: list[int] = []

    def let_go_once(_: object) -> None:
        if not let_go_marks:
            rig.feed.follow([ETH])
            let_go_marks.append(len(rig.told))
            rig.feed._emit_beside(SOL, told_of(rig, SOL)[-1])  # as one that was under way would come

    rig.runtime.register(let_go_once)
    rig.until(lambda _: let_go_marks)
    rig.until(lambda _: streamed(rig, (None, ETH), let_go_marks[0]))
    assert not told_of(rig, SOL, let_go_marks[0])
    assert not failures(rig, None)


def test_what_is_followed_again_is_told_from_the_beginning(rig: FeedHarness):
    start_four(rig)
    rig.feed.follow([])
    rig.feed.follow([ETH])
    since = len(rig.told)
    rig.until(lambda _: any(isinstance(event, InstrumentResolved) for event in told_of(rig, ETH, since)))
    rig.until(lambda _: streamed(rig, (None, ETH), since))


def test_a_market_that_does_not_exist_harms_no_other(rig: FeedHarness):
    rig.start().follow([ETH, "NOSUCH/USDT:USDT"])
    rig.until(lambda _: len(failures(rig, "NOSUCH/USDT:USDT")) > 1 and streamed(rig, (None, ETH)))
    assert not failures(rig, None)
    assert not failures(rig, ETH)


def _faulty(fault: WebSocketFaults) -> Callable[[FeedHarness], None]:
    return lambda rig: setattr(rig.exchange.faults, "ws", fault)


def _drop(rig: FeedHarness) -> None:
    rig.demo.call(rig.exchange.drop(1011))


def _refuse_connections(rig: FeedHarness) -> None:
    rig.demo.call(rig.exchange.refuse())
    _drop(rig)


def _refuse_subscriptions(rig: FeedHarness) -> None:
    rig.exchange.faults.ws.refuse_subscription = True
    _drop(rig)


FAULTS = {
    "deaf": (_faulty(WebSocketFaults(no_data=True)), 12),
    "silent": (_faulty(WebSocketFaults(silent=True)), 12),
    "one truncated frame": (_faulty(WebSocketFaults(truncated_json=1)), 4),
    "all frames truncated": (_faulty(WebSocketFaults(truncated_json=EVERY)), 12),
    "dropped": (_drop, 4),
    "connections refused": (_refuse_connections, 4),
    "subscriptions refused": (_refuse_subscriptions, 16),
}


@pytest.mark.parametrize(("fault", "most"), FAULTS.values(), ids=FAULTS)
def test_one_trouble_of_four_markets_is_mended_once(
    rig: FeedHarness, fault: Callable[[FeedHarness], None], most: int
):
    """`most` subscriptions: four for each time that the sockets are broken within the fault."""
    start_four(rig)
    before, since = rig.exchange.subscriptions, len(rig.told)
    fault(rig)
    rig.until(lambda _: all(failures(rig, symbol, since) for symbol in ALL))
    rig.exchange.faults.clear()
    rig.demo.call(rig.exchange.accept_again())
    until_all_stream(rig)
    assert rig.exchange.subscriptions - before <= most


def test_quiet_markets_are_left_alone():
    with FeedHarness(tick_interval_s=None) as rig:
        start_four(rig)
        for _ in range(3):
            until_all_stream(rig)  # nothing but a confirmation can have brought this
        assert rig.exchange.subscriptions == len(ALL)
        assert not [event for _, event in rig.told if isinstance(event, FeedFailed)]


def test_one_market_that_never_speaks_is_polled_and_disturbs_no_other(rig: FeedHarness):
    rig.exchange.faults.ws.muted_instruments.add("SOLUSDT")
    rig.start().follow(FOLLOWED)
    rig.until(lambda _: streamed(rig, (None, ETH, DOGE)) and len(failures(rig, SOL)) > 1)
    rig.until(lambda _: any(isinstance(event, PriceReceived) for event in told_of(rig, SOL)))
    assert rig.exchange.subscriptions == len(ALL)
    assert not failures(rig, None)
    assert not failures(rig, ETH)
