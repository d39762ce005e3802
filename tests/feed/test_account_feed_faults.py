"""Lasting faults of the account feed: failed snapshots, and broken or stalled streams of fills."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.demo import POSITIONS
from dashboard.demo.demo_exchange import wall_clock_ms
from dashboard.domain.events import AccountFailed, AccountSnapshot, FillsReceived
from dashboard.domain.feed_state import FeedState
from dashboard.exchange import request_guard
from tests.feed.harness import ACCOUNT_TIMEOUTS, FeedHarness

BTC = "BTC/USDT:USDT"
POSITIONS_PATH = "/api/v2/mix/position/all-position"


@pytest.fixture
def idle(harness: FeedHarness) -> FeedHarness:
    """A harness that streams fills and takes no snapshot until one is requested."""
    harness.start(account=True)
    harness.until_state(FeedState.STREAMING)
    harness.until_account_idle()
    return harness


def position_requests(harness: FeedHarness) -> int:
    return list(harness.exchange.requests).count(POSITIONS_PATH)


def until_next_snapshot(harness: FeedHarness) -> None:
    read_at = harness.health.read_at
    harness.until(lambda _: harness.health.read_at != read_at)


def until_stream_failure(harness: FeedHarness, since: int) -> None:
    """Waits for a failure of the fill stream among the events from index `since` on."""
    harness.until(
        lambda _: any(
            isinstance(event, AccountFailed) and "fills are not streamed" in event.reason
            for event in harness.account_events[since:]
        )
    )


def until_snapshot_after_fill(harness: FeedHarness, since: int) -> None:
    """Waits for a streamed fill and then a snapshot among the events from index `since` on."""

    def has_both(_: object) -> bool:
        kinds = [type(event) for event in harness.account_events[since:]]
        return FillsReceived in kinds and AccountSnapshot in kinds[kinds.index(FillsReceived) :]

    harness.until(has_both)


def test_failed_snapshot_is_retried(idle: FeedHarness):
    idle.exchange.faults.rest_at(POSITIONS).status = 500
    before = position_requests(idle)
    idle.feed.reconcile()
    idle.until(lambda _: position_requests(idle) >= before + 3)
    idle.exchange.faults.clear()
    idle.until(lambda _: idle.health.problem is None)


def test_refused_request_is_a_problem_of_the_account(idle: FeedHarness, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        request_guard, "is_read", lambda *request: request[-1] != "v2/mix/position/all-position"
    )
    idle.feed.reconcile()
    refusal = "bitget: GET v2/mix/position/all-position is not known to only read and was not sent"
    idle.until(lambda _: refusal in (idle.health.problem or ""))
    assert idle.open


def test_reconnected_stream_without_trades_is_no_problem(idle: FeedHarness):
    since = len(idle.account_events)
    idle.demo.call(idle.exchange.drop(1011))
    until_stream_failure(idle, since)
    idle.until_account_idle()
    idle.feed.reconcile()
    until_next_snapshot(idle)
    assert idle.health.problem is None


def test_stream_failure_during_a_snapshot_is_reported(idle: FeedHarness):
    account, read = idle.feed._account, idle.feed._account._reader.read

    async def read_while_stream_breaks():
        snapshot = await read()
        account._stream_problem = "fills are not streamed: connection closed"
        return snapshot

    account._reader.read = read_while_stream_breaks  # type: ignore[method-assign]
    idle.feed.reconcile()
    until_next_snapshot(idle)
    assert "connection closed" in idle.health.problem


def test_stream_that_stays_down_remains_a_problem(harness: FeedHarness):
    harness.start(account=True, account_timeouts=replace(ACCOUNT_TIMEOUTS, settle_s=45.0))
    harness.until_state(FeedState.STREAMING)
    harness.until(lambda _: harness.exchange.connections == 2)
    since = len(harness.account_events)
    harness.exchange.faults.ws.refuse_handshake = 503
    harness.demo.call(harness.exchange.drop(1011))
    until_stream_failure(harness, since)
    before = position_requests(harness)
    harness.until(lambda _: position_requests(harness) >= before + 3)
    assert "fills are not streamed" in harness.health.problem


def test_stalled_stream_is_detected_by_a_missed_fill_and_reset(idle: FeedHarness):
    idle.feed.reconcile()
    detector = idle.feed._account._detector
    idle.until(lambda _: detector.streaming_since and wall_clock_ms() > detector.streaming_since + 100)
    before = idle.exchange.subscriptions
    idle.exchange.faults.ws.lost_fills = 1
    idle.demo.call(idle.exchange.order("BTCUSDT", side="sell", size="0.1"))
    idle.until(lambda _: idle.feed.reconcile() or idle.exchange.subscriptions > before)
    idle.until(lambda _: idle.health.problem is None)
    idle.demo.call(idle.exchange.order("BTCUSDT", side="sell", size="0.1"))
    idle.until(lambda _: idle.open[BTC].state.contracts == Decimal("0.3"))


def test_streamed_fills_cause_no_reset(idle: FeedHarness):
    before = idle.exchange.subscriptions
    for _ in range(3):
        since = len(idle.account_events)
        idle.demo.call(idle.exchange.order("BTCUSDT", side="sell", size="0.1"))
        until_snapshot_after_fill(idle, since)
        idle.feed.reconcile()
        until_next_snapshot(idle)
        idle.until_account_idle()
    assert idle.exchange.subscriptions == before


def test_stop_closes_both_clients(idle: FeedHarness):
    idle.feed.stop()
    idle.until(lambda _: idle.exchange.connections == 0)
