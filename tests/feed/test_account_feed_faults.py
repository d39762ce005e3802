"""What reading an account and hearing its fills can do wrong for longer than a moment."""

from decimal import Decimal

import pytest

from dashboard.demo import POSITIONS
from dashboard.demo.demo_exchange import wall_clock_ms
from dashboard.domain.feed_state import FeedState
from tests.feed.harness import FeedHarness

BTC = "BTC/USDT:USDT"
ASKED = "/api/v2/mix/position/all-position"


@pytest.fixture
def settled(rig: FeedHarness) -> FeedHarness:
    """A rig whose account was read and has nothing to do until somebody asks."""
    rig.start(account=True)
    rig.until_state(FeedState.STREAMING)
    account = rig.feed._account
    rig.until(lambda _: account._settled and account._heard._since is None and not account._wanted.is_set())
    return rig


def asked(rig: FeedHarness) -> int:
    return list(rig.exchange.requests).count(ASKED)


def until_read_again(rig: FeedHarness) -> None:
    read_at = rig.tracker.health.read_at
    rig.until(lambda _: rig.tracker.health.read_at != read_at)


def test_a_failed_reading_is_tried_again_by_itself(settled: FeedHarness):
    settled.exchange.faults.rest_at(POSITIONS).status = 500
    before = asked(settled)
    settled.feed.reconcile()
    settled.until(lambda _: asked(settled) >= before + 3)
    settled.exchange.faults.clear()
    settled.until(lambda _: settled.tracker.health.problem is None)


def test_a_stream_that_is_up_again_is_no_problem_though_nothing_is_traded(settled: FeedHarness):
    settled.demo.call(settled.exchange.drop(1011))
    settled.until(lambda _: not settled.feed._account._settled)
    settled.until(lambda _: "fills are not heard" in (settled.tracker.health.problem or ""))
    settled.until(lambda _: settled.feed._account._settled)
    settled.feed.reconcile()
    until_read_again(settled)
    assert settled.tracker.health.problem is None


def test_a_reading_under_way_does_not_hide_that_the_stream_broke(settled: FeedHarness):
    account, real = settled.feed._account, settled.feed._account._reader.read

    async def broken_meanwhile():
        reading = await real()
        account._silence = "fills are not heard: it broke meanwhile"
        return reading

    account._reader.read = broken_meanwhile  # type: ignore[method-assign]
    settled.feed.reconcile()
    until_read_again(settled)
    assert "it broke meanwhile" in settled.tracker.health.problem


def test_a_stream_that_stays_down_stays_a_problem(rig: FeedHarness):
    rig.settled = 45.0
    rig.start(account=True)
    rig.until_state(FeedState.STREAMING)
    rig.until(lambda _: rig.exchange.connections == 2)
    rig.exchange.faults.ws.refuse_handshake = 503
    rig.demo.call(rig.exchange.drop(1011))
    rig.until(lambda _: "fills are not heard" in (rig.tracker.health.problem or ""))
    before = asked(rig)
    rig.until(lambda _: asked(rig) >= before + 3)
    assert "fills are not heard" in rig.tracker.health.problem


def test_a_deaf_stream_shows_by_a_fill_that_it_did_not_tell_and_is_renewed(
    settled: FeedHarness, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("dashboard.feed.missed_fill_detector._LATE", 0)
    settled.feed.reconcile()
    heard = settled.feed._account._heard
    settled.until(lambda _: heard._since is not None and wall_clock_ms() > heard._since + 100)
    before = settled.exchange.subscriptions
    settled.exchange.faults.ws.lost_fills = 1
    settled.demo.call(settled.exchange.order("BTCUSDT", side="sell", size="0.1"))
    settled.until(lambda _: settled.feed.reconcile() or settled.exchange.subscriptions > before)
    settled.until(lambda _: settled.tracker.health.problem is None)
    settled.demo.call(settled.exchange.order("BTCUSDT", side="sell", size="0.1"))
    settled.until(lambda _: settled.tracker.get_all_positions()[BTC].tracked.contracts == Decimal("0.3"))


def test_fills_that_were_heard_are_no_reason_to_renew(settled: FeedHarness, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dashboard.feed.missed_fill_detector._LATE", 0)
    before = settled.exchange.subscriptions
    for _ in range(3):
        settled.demo.call(settled.exchange.order("BTCUSDT", side="sell", size="0.1"))
        until_read_again(settled)
        settled.feed.reconcile()
        until_read_again(settled)
    assert settled.exchange.subscriptions == before


def test_leaving_closes_both_clients(settled: FeedHarness):
    settled.feed.stop()
    settled.until(lambda _: settled.exchange.connections == 0)
