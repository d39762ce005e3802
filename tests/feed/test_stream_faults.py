"""Websocket faults: the state shows them, no old price appears live, and the feed recovers by itself."""

from collections.abc import Callable

import pytest

from dashboard.demo.protocol.fault_injection import EVERY, SocketFaults
from dashboard.domain.events import PriceReceived, Transport
from dashboard.domain.feed_state import FeedState
from tests.feed.harness import PATIENT, PATIENT_REQUESTS, FeedHarness

FAULTS = {
    "silent socket": SocketFaults(silent=True),
    "pongs without data": SocketFaults(no_data=True),
    "truncated JSON": SocketFaults(truncated_json=EVERY),
    "data: null": SocketFaults(null_data=EVERY),
    "refused subscription": SocketFaults(refuse_subscription=True),
    "handshake refused with 401": SocketFaults(refuse_handshake=401),
    "handshake refused with 429": SocketFaults(refuse_handshake=429, retry_after_s=0.3),
    "handshake refused with 503": SocketFaults(refuse_handshake=503),
    "handshake hangs": SocketFaults(hang_handshake=True),
}

every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@every_fault
def test_fault_at_the_start_is_bridged_by_polling(harness: FeedHarness, fault: SocketFaults):
    harness.exchange.faults.ws = fault
    harness.start()
    harness.until_state(FeedState.POLLING)
    harness.until_new_price()
    harness.exchange.faults.clear()
    harness.until_state(FeedState.STREAMING)
    harness.until_new_price()


@every_fault
def test_fault_while_streaming_is_bridged_by_polling(harness: FeedHarness, fault: SocketFaults):
    harness.start()
    harness.until_state(FeedState.STREAMING)
    harness.exchange.faults.ws = fault
    if fault.refuse_subscription or fault.refuse_handshake or fault.hang_handshake:
        harness.demo.call(harness.exchange.drop(1011))  # these faults show only when connecting
    harness.until_state(FeedState.POLLING)
    harness.exchange.faults.clear()
    harness.until_state(FeedState.STREAMING)
    harness.until_new_price()


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, None], ids=str)
def test_closed_socket_is_reopened(harness: FeedHarness, code: int | None):
    harness.start()
    harness.until_state(FeedState.STREAMING)
    before = harness.exchange.subscriptions
    harness.demo.call(harness.exchange.drop(code))
    harness.until(lambda _: harness.exchange.subscriptions > before)
    harness.until_new_price()
    harness.until_state(FeedState.STREAMING)
    assert FeedState.CONNECTING in harness.states[1:]


def test_silent_socket_is_detected_before_the_price_is_stale(harness: FeedHarness):
    harness.start()
    harness.until_state(FeedState.STREAMING)
    harness.exchange.faults.ws = SocketFaults(silent=True)
    harness.until_state(FeedState.POLLING)
    prices = [event for _, event in harness.events if isinstance(event, PriceReceived)]
    last_streamed = max(index for index, event in enumerate(prices) if event.transport is Transport.STREAM)
    silence = prices[last_streamed + 1].received_at - prices[last_streamed].received_at
    assert silence < harness.runtime.snapshot.health.stale_after


def test_quiet_market_stays_live_by_occasional_requests(quiet_harness: FeedHarness):
    quiet_harness.start(timeouts=PATIENT, **PATIENT_REQUESTS)
    quiet_harness.until_state(FeedState.STREAMING)
    quiet_harness.until_new_price()  # only a confirming request can have caused this
    assert quiet_harness.runtime.snapshot.health.state is FeedState.STREAMING
    states = quiet_harness.states
    assert FeedState.POLLING not in states[states.index(FeedState.STREAMING) :]
    assert any(path.endswith("/mix/market/ticker") for path in quiet_harness.exchange.requests)


def test_unreachable_exchange_is_disconnected_and_recovers(harness: FeedHarness):
    harness.start()
    harness.until_state(FeedState.STREAMING)
    harness.demo.call(harness.exchange.refuse())
    harness.demo.call(harness.exchange.drop(None))
    disconnected = harness.until_state(FeedState.DISCONNECTED)
    assert disconnected.health.reason
    harness.demo.call(harness.exchange.accept_again())
    harness.until_state(FeedState.STREAMING)


def test_price_becomes_stale_without_stream_and_responses(harness: FeedHarness):
    harness.start()
    live = harness.until_state(FeedState.STREAMING)
    harness.exchange.faults.ws = SocketFaults(silent=True)
    harness.exchange.faults.rest.hang = True
    disconnected = harness.until(lambda snapshot: snapshot.health.failures)
    limit = (disconnected.health.received_at or 0) + live.health.stale_after
    assert disconnected.health.state_at(limit) is not FeedState.STALE
    assert disconnected.health.state_at(limit + 1) is FeedState.STALE
    assert disconnected.price_at(limit + 1) == (None, False)


def test_dead_socket_is_reset_while_requests_fail(harness: FeedHarness):
    harness.start()
    harness.until_state(FeedState.STREAMING)
    harness.exchange.faults.rest.status = 503
    before = harness.exchange.subscriptions
    harness.exchange.faults.ws = SocketFaults(truncated_json=1)  # after which ccxt receives nothing
    harness.until(lambda _: harness.exchange.subscriptions > before)
    harness.until_new_price()


def test_dead_socket_is_detected_by_bid_and_ask_without_trades(quiet_harness: FeedHarness):
    quiet_harness.start()
    quiet_harness.until_state(FeedState.STREAMING)
    quiet_harness.exchange.faults.ws = SocketFaults(no_data=True)
    quiet_harness.demo.call(quiet_harness.exchange.publish("BTCUSDT", bidPr="63000.1", askPr="63000.2"))
    quiet_harness.until_state(FeedState.POLLING)


def test_frames_without_a_price_do_not_count_as_data(quiet_harness: FeedHarness):
    nothing = dict.fromkeys(("lastPr", "markPrice", "indexPrice", "open24h", "change24h"))
    quiet_harness.demo.call(quiet_harness.exchange.publish("BTCUSDT", **nothing))
    quiet_harness.start()
    quiet_harness.until_state(FeedState.DISCONNECTED)
    assert quiet_harness.runtime.snapshot.ticker.last is None


Setup = Callable[[FeedHarness], None]


def _hang_handshake(harness: FeedHarness) -> None:
    harness.exchange.faults.ws.hang_handshake = True


def _hang_requests(harness: FeedHarness) -> None:
    harness.exchange.faults.rest.hang = True


def _silence(harness: FeedHarness) -> None:
    harness.exchange.faults.ws.silent = True


def _refuse_connections(harness: FeedHarness) -> None:
    harness.demo.call(harness.exchange.refuse())


@pytest.mark.parametrize("setup", [_hang_handshake, _hang_requests, _silence, _refuse_connections])
def test_feed_stops_while_it_waits(harness: FeedHarness, setup: Setup):
    setup(harness)
    feed = harness.start(timeout=60_000)
    harness.until(lambda _: harness.exchange.requests or setup is _refuse_connections)
    feed.stop()
    assert not feed.running, "`stop` waits 2 s at most"
