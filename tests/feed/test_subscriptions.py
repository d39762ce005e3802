"""Additional markets: each independent of the others, though all share the exchange's websockets."""

from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import pytest

from dashboard.demo.protocol.fault_injection import EVERY, SocketFaults
from dashboard.domain.events import (
    FeedEvent,
    FeedFailed,
    InstrumentResolved,
    MarginTiersReceived,
    PriceReceived,
    Transport,
)
from tests.feed.harness import FAST, PATIENT, PATIENT_REQUESTS, FeedHarness

ETH, SOL, DOGE = WATCHED = ("ETH/USDT:USDT", "SOL/USDT:USDT", "DOGE/USDT:USDT")
MAIN = "BTC/USDT:USDT"
ALL = (MAIN, *WATCHED)
IDS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT")


def events_of(harness: FeedHarness, symbol: str, since: int = 0) -> list[FeedEvent]:
    return [
        event
        for key, event in harness.events[since:]
        if key.symbol == symbol or (symbol == MAIN and harness.markets.is_main(key))
    ]


def is_streamed(harness: FeedHarness, symbols: tuple[str, ...], since: int = 0) -> bool:
    return all(
        any(
            isinstance(event, PriceReceived) and event.transport is Transport.STREAM
            for event in events_of(harness, symbol, since)
        )
        for symbol in symbols
    )


def failures(harness: FeedHarness, symbol: str, since: int = 0) -> list[FeedEvent]:
    return [event for event in events_of(harness, symbol, since) if isinstance(event, FeedFailed)]


def until_all_stream(harness: FeedHarness) -> None:
    """Waits for a new message of each of the four markets."""
    since = len(harness.events)
    harness.until(lambda _: is_streamed(harness, ALL, since))


@pytest.fixture
def four(harness: FeedHarness) -> FeedHarness:
    """A harness with four streamed markets."""
    harness.start(timeouts=PATIENT, **PATIENT_REQUESTS).set_watched_markets(WATCHED)
    until_all_stream(harness)
    return harness


@pytest.fixture
def four_quiet(quiet_harness: FeedHarness) -> FeedHarness:
    """A harness with four streamed markets whose prices change only by `publish`."""
    # The first message limits the duration of a test whose first new socket has the fault too.
    timeouts = replace(PATIENT, first_message_ms=5_000, first_retry_s=0.25)
    quiet_harness.start(timeouts=timeouts, **PATIENT_REQUESTS).set_watched_markets(WATCHED)
    until_all_stream(quiet_harness)
    return quiet_harness


def test_first_event_of_a_watched_market_is_its_instrument(four: FeedHarness):
    four.until(
        lambda _: all(
            any(isinstance(event, MarginTiersReceived) for event in events_of(four, each)) for each in WATCHED
        )
    )
    for symbol in WATCHED:
        first, *_ = events_of(four, symbol)
        assert isinstance(first, InstrumentResolved)
        assert first.instrument.symbol == symbol


def test_markets_may_be_set_before_the_exchange_is_connected(harness: FeedHarness):
    harness.demo.call(harness.exchange.refuse())
    feed = harness.start()
    Thread(target=feed.set_watched_markets, args=([ETH],)).start()
    harness.until(lambda snapshot: snapshot.health.reason)
    harness.demo.call(harness.exchange.accept_again())
    harness.until(lambda _: is_streamed(harness, (MAIN, ETH)))


def test_main_market_is_not_watched_twice(harness: FeedHarness):
    harness.start().set_watched_markets(["BTC/USDT:USDT", ETH])
    harness.until(lambda _: is_streamed(harness, (MAIN, ETH)))
    assert {key.symbol for key, _ in harness.events} - {"BTCUSDT"} == {MAIN, ETH}


def test_market_removed_within_emit_has_no_further_events(harness: FeedHarness):
    # On a busy machine a short silence would be taken for a dead socket.
    harness.start(timeouts=replace(PATIENT, silence_ms=20_000), **PATIENT_REQUESTS)
    harness.feed.set_watched_markets(WATCHED)
    until_all_stream(harness)
    removed_at: list[int] = []

    def remove_once(_: object) -> None:
        if not removed_at:
            harness.feed.set_watched_markets([ETH])
            removed_at.append(len(harness.events))
            harness.feed._emit_if_watched(SOL, events_of(harness, SOL)[-1])  # like a pending event

    harness.runtime.register(remove_once)
    harness.until(lambda _: removed_at)
    harness.until(lambda _: is_streamed(harness, (MAIN, ETH), removed_at[0]))
    assert not events_of(harness, SOL, removed_at[0])
    assert not failures(harness, MAIN)


def test_market_removed_and_added_again_is_resolved_again(four: FeedHarness):
    since = len(four.events)
    four.feed.set_watched_markets([])
    four.feed.set_watched_markets([ETH])
    four.until(lambda _: any(isinstance(event, InstrumentResolved) for event in events_of(four, ETH, since)))
    since = len(four.events)
    four.until(lambda _: is_streamed(four, (MAIN, ETH), since))


def test_unknown_market_does_not_affect_others(harness: FeedHarness):
    unknown = "NOSUCH/USDT:USDT"
    harness.start(timeouts=PATIENT, **PATIENT_REQUESTS).set_watched_markets([ETH, unknown])
    harness.until(lambda _: len(failures(harness, unknown)) > 1 and is_streamed(harness, (MAIN, ETH)))
    assert not failures(harness, MAIN)
    assert not failures(harness, ETH)


def _socket_fault(fault: SocketFaults) -> Callable[[FeedHarness], None]:
    return lambda harness: setattr(harness.exchange.faults, "ws", fault)


def _drop(harness: FeedHarness) -> None:
    harness.demo.call(harness.exchange.drop(1011))


def _refuse_connections(harness: FeedHarness) -> None:
    harness.demo.call(harness.exchange.refuse())
    _drop(harness)


def _refuse_subscriptions(harness: FeedHarness) -> None:
    harness.exchange.faults.ws.refuse_subscription = True
    _drop(harness)


FAULTS = {
    "no data": (_socket_fault(SocketFaults(no_data=True)), 12),
    "silent": (_socket_fault(SocketFaults(silent=True)), 12),
    "one truncated frame": (_socket_fault(SocketFaults(truncated_json=1)), 4),
    "all frames truncated": (_socket_fault(SocketFaults(truncated_json=EVERY)), 12),
    "dropped": (_drop, 4),
    # A market that reconnects before the first message of another one resets its new socket, once.
    "connections refused": (_refuse_connections, 8),
    "subscriptions refused": (_refuse_subscriptions, 16),
}


@pytest.mark.parametrize(("fault", "most"), FAULTS.values(), ids=FAULTS)
def test_failure_of_four_markets_causes_one_reset(
    four_quiet: FeedHarness, fault: Callable[[FeedHarness], None], most: int
):
    """`most` subscriptions: four for each reset during the fault."""
    harness = four_quiet
    before, since = harness.exchange.subscriptions, len(harness.events)
    fault(harness)
    for id in IDS:
        harness.demo.call(harness.exchange.publish(id, lastPr="7"))  # a request shows that the stream is dead
    harness.until(lambda _: all(failures(harness, symbol, since) for symbol in ALL))
    harness.exchange.faults.clear()
    harness.demo.call(harness.exchange.accept_again())
    until_all_stream(harness)
    assert harness.exchange.subscriptions - before <= most


def test_quiet_markets_are_not_reset(four_quiet: FeedHarness):
    for _ in range(3):
        until_all_stream(four_quiet)  # only a confirming request can have caused this
    assert four_quiet.exchange.subscriptions == len(ALL)
    assert not [event for _, event in four_quiet.events if isinstance(event, FeedFailed)]


def test_single_silent_market_is_polled_and_does_not_affect_others(harness: FeedHarness):
    harness.exchange.faults.ws.muted_instruments.add("SOLUSDT")
    timeouts = replace(FAST, silence_ms=5_000, single_reset_wait_ms=60_000, first_retry_s=0.5)
    feed = harness.start(timeouts=timeouts, **PATIENT_REQUESTS)
    feed.set_watched_markets([ETH, DOGE])
    harness.until(lambda _: is_streamed(harness, (MAIN, ETH, DOGE)))
    before, since = harness.exchange.subscriptions, len(harness.events)
    feed.set_watched_markets(WATCHED)
    harness.until(lambda _: len(failures(harness, SOL)) > 1)
    harness.until(lambda _: any(isinstance(event, PriceReceived) for event in events_of(harness, SOL)))
    assert harness.exchange.subscriptions == before + 1
    for symbol in (MAIN, ETH, DOGE):
        assert not failures(harness, symbol, since)
