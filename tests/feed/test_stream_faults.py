"""What a websocket can do wrong: the state says so, no old price looks live, and it recovers by itself."""

from collections.abc import Callable

import pytest

from dashboard.clock import now_ms
from dashboard.demo.protocol.fault_injection import EVERY, WebSocketFaults
from dashboard.domain.feed_state import FeedState
from tests.feed.harness import FeedHarness

FAULTS = {
    "silent socket": WebSocketFaults(silent=True),
    "pongs but no data": WebSocketFaults(no_data=True),
    "truncated JSON": WebSocketFaults(truncated_json=EVERY),
    "data: null": WebSocketFaults(null_data=EVERY),
    "refused subscription": WebSocketFaults(refuse_subscription=True),
    "handshake refused with 401": WebSocketFaults(refuse_handshake=401),
    "handshake refused with 429": WebSocketFaults(refuse_handshake=429, retry_after_s=0.3),
    "handshake refused with 503": WebSocketFaults(refuse_handshake=503),
    "handshake hangs": WebSocketFaults(hang_handshake=True),
}

every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@every_fault
def test_from_the_start_polling_steps_in_and_the_stream_comes_back(rig: FeedHarness, fault: WebSocketFaults):
    rig.exchange.faults.ws = fault
    rig.start()
    rig.until_state(FeedState.POLLING)
    rig.until_newer()
    rig.exchange.faults.clear()
    rig.until_state(FeedState.STREAMING)
    rig.until_newer()


@every_fault
def test_in_the_middle_polling_steps_in_and_the_stream_comes_back(rig: FeedHarness, fault: WebSocketFaults):
    rig.start()
    rig.until_state(FeedState.STREAMING)
    rig.exchange.faults.ws = fault
    if fault.refuse_subscription or fault.refuse_handshake or fault.hang_handshake:
        rig.demo.call(rig.exchange.drop(1011))  # these faults show only when connecting
    rig.until_state(FeedState.POLLING)
    rig.exchange.faults.clear()
    rig.until_state(FeedState.STREAMING)
    rig.until_newer()


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, None], ids=str)
def test_a_closed_socket_is_opened_again(rig: FeedHarness, code: int | None):
    rig.start()
    rig.until_state(FeedState.STREAMING)
    before = rig.exchange.subscriptions
    rig.demo.call(rig.exchange.drop(code))
    rig.until(lambda _: rig.exchange.subscriptions > before)
    rig.until_newer()
    rig.until_state(FeedState.STREAMING)
    assert FeedState.CONNECTING in rig.states[1:]


def test_a_silence_is_noticed_before_the_price_is_stale(rig: FeedHarness):
    rig.start()
    rig.until_state(FeedState.STREAMING)
    rig.exchange.faults.ws = WebSocketFaults(silent=True)
    silent_since = now_ms()
    rig.until_state(FeedState.POLLING)
    assert now_ms() - silent_since < rig.runtime.snapshot.health.stale_after


def test_a_quiet_market_stays_live_by_one_request_now_and_then():
    with FeedHarness(tick_interval_s=None) as rig:
        rig.start()
        rig.until_state(FeedState.STREAMING)
        rig.until_newer()  # nothing but the check can have brought this
        assert rig.runtime.snapshot.health.state is FeedState.STREAMING
        assert FeedState.POLLING not in rig.states
        assert any(path.endswith("/mix/market/ticker") for path in rig.exchange.requests)


def test_everything_gone_is_disconnected_and_comes_back(rig: FeedHarness):
    rig.start()
    rig.until_state(FeedState.STREAMING)
    rig.demo.call(rig.exchange.refuse())
    rig.demo.call(rig.exchange.drop(None))
    lost = rig.until_state(FeedState.DISCONNECTED)
    assert lost.health.reason
    rig.demo.call(rig.exchange.accept_again())
    rig.until_state(FeedState.STREAMING)


def test_a_silent_socket_without_any_answer_to_requests_becomes_stale(rig: FeedHarness):
    rig.start()
    live = rig.until_state(FeedState.STREAMING)
    rig.exchange.faults.ws = WebSocketFaults(silent=True)
    rig.exchange.faults.rest.hang = True
    lost = rig.until(lambda snapshot: snapshot.health.failures)
    limit = (lost.health.received_at or 0) + live.health.stale_after
    assert lost.health.state_at(limit) is not FeedState.STALE
    assert lost.health.state_at(limit + 1) is FeedState.STALE
    assert lost.valuation_at(limit + 1).quote is None


def test_a_deaf_socket_is_renewed_though_requests_fail(rig: FeedHarness):
    rig.start()
    rig.until_state(FeedState.STREAMING)
    rig.exchange.faults.rest.status = 503
    before = rig.exchange.subscriptions
    rig.exchange.faults.ws = WebSocketFaults(truncated_json=1)  # after which ccxt hears nothing more
    rig.until(lambda _: rig.exchange.subscriptions > before)
    rig.until_newer()


def test_a_deaf_socket_shows_by_bid_and_ask_though_nothing_is_traded():
    with FeedHarness(tick_interval_s=None) as rig:
        rig.start()
        rig.until_state(FeedState.STREAMING)
        rig.exchange.faults.ws = WebSocketFaults(no_data=True)
        rig.demo.call(rig.exchange.publish("BTCUSDT", bidPr="63000.1", askPr="63000.2"))
        rig.until_state(FeedState.POLLING)


def test_frames_without_a_price_are_no_sign_of_life():
    with FeedHarness(tick_interval_s=None) as rig:
        nothing = dict.fromkeys(("lastPr", "markPrice", "indexPrice", "open24h", "change24h"))
        rig.demo.call(rig.exchange.publish("BTCUSDT", **nothing))
        rig.start()
        rig.until_state(FeedState.DISCONNECTED)
        assert rig.runtime.snapshot.ticker.last is None


Setup = Callable[[FeedHarness], None]


def _hang_handshake(rig: FeedHarness) -> None:
    rig.exchange.faults.ws.hang_handshake = True


def _hang_requests(rig: FeedHarness) -> None:
    rig.exchange.faults.rest.hang = True


def _silence(rig: FeedHarness) -> None:
    rig.exchange.faults.ws.silent = True


def _nobody_there(rig: FeedHarness) -> None:
    rig.demo.call(rig.exchange.refuse())


@pytest.mark.parametrize("setup", [_hang_handshake, _hang_requests, _silence, _nobody_there])
def test_it_stops_while_it_waits(rig: FeedHarness, setup: Setup):
    setup(rig)
    feed = rig.start(timeout=60_000)
    rig.until(lambda _: rig.exchange.requests or setup is _nobody_there)
    started = now_ms()
    feed.stop()
    assert now_ms() - started < 1_500
    assert not feed.running
