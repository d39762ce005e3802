"""SPEC B1 and B2 with a real ccxt client: fills as they happen, and what is found when they were missed."""

from decimal import Decimal

import pytest

from dashboard.demo import FILLS, POSITIONS
from dashboard.domain.feed_state import FeedState
from dashboard.domain.position import Side
from tests.feed.harness import FeedHarness

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"


def order(rig: FeedHarness, symbol: str, side: str, size: str, **more) -> None:
    rig.demo.call(rig.exchange.order(symbol, side=side, size=size, **more))


def sizes(rig: FeedHarness) -> dict[str, Decimal]:
    return {label: live.tracked.contracts for label, live in rig.tracker.get_all_positions().items()}


def until_held(rig: FeedHarness, **expected: str) -> None:
    """Waits until these coins, and nothing else, are held."""
    wanted = {f"{coin}/USDT:USDT": Decimal(size) for coin, size in expected.items()}
    rig.until(lambda _: sizes(rig) == wanted)


@pytest.fixture
def live(rig: FeedHarness) -> FeedHarness:
    """A rig that has read the demo's long of half a bitcoin, and hears fills."""
    rig.start(account=True)
    rig.until_state(FeedState.STREAMING)
    rig.until(lambda _: rig.demo.exchange.connections >= 2)
    until_held(rig, BTC="0.5")
    return rig


def test_what_is_open_at_the_start_is_built_from_its_fills(live: FeedHarness):
    (held,) = live.tracker.get_all_positions().values()
    assert held.tracked.adopted_at is None
    assert held.tracked.opened_at is not None
    assert held.position.leverage == 20
    assert held.tracked.cumulative_totals.fees["USDT"] > 0


def test_a_position_older_than_the_fills_that_are_told_is_adopted(rig: FeedHarness):
    rig.exchange.account.fills_kept_ms = 1
    rig.start(account=True)
    until_held(rig, BTC="0.5")
    (held,) = rig.tracker.get_all_positions().values()
    assert held.tracked.adopted_at is not None


@pytest.mark.parametrize(
    ("trades", "left"),
    [
        ([("ETHUSDT", "buy", "1")], {"BTC": "0.5", "ETH": "1"}),
        ([("BTCUSDT", "buy", "0.25")], {"BTC": "0.75"}),
        ([("BTCUSDT", "sell", "0.2")], {"BTC": "0.3"}),
        ([("BTCUSDT", "sell", "0.5")], {}),
        ([("BTCUSDT", "sell", "0.8")], {"BTC": "-0.3"}),
        ([("ETHUSDT", "sell", "2"), ("ETHUSDT", "buy", "1")], {"BTC": "0.5", "ETH": "-1"}),
    ],
    ids=["open", "increase", "reduce", "close", "flip", "another coin"],
)
def test_fills_are_heard(live: FeedHarness, trades, left):
    for symbol, side, size in trades:
        order(live, symbol, side, size, parts=2)
    until_held(live, **left)
    assert all(each.tracked.adopted_at is None for each in live.tracker.get_all_positions().values())


def test_prices_follow_the_open_positions(live: FeedHarness):
    order(live, "ETHUSDT", "buy", "1")
    live.until(
        lambda _: ETH in sizes(live) and live.tracker.get_all_positions()[ETH].unrealized_pnl is not None
    )
    order(live, "ETHUSDT", "sell", "1")
    live.until(lambda _: live.markets.of(ETH) is None)


def test_the_shown_position_follows_each_fill(live: FeedHarness):
    order(live, "BTCUSDT", "buy", "0.25")
    live.until(lambda snapshot: snapshot.position and snapshot.position.contracts == Decimal("0.75"))


@pytest.mark.parametrize("fault", ["repeated_fills", "shuffled_fills"])
def test_fills_that_come_twice_or_in_disorder_count_once(live: FeedHarness, fault: str):
    setattr(live.exchange.faults.ws, fault, 3)
    order(live, "BTCUSDT", "sell", "0.4", parts=3)
    order(live, "BTCUSDT", "buy", "0.1")
    until_held(live, BTC="0.2")


def test_a_lost_fill_is_found_by_a_reading(live: FeedHarness):
    live.exchange.faults.ws.lost_fills = 1
    order(live, "BTCUSDT", "sell", "0.1")
    assert sizes(live) == {BTC: Decimal("0.5")}
    live.feed.reconcile()
    until_held(live, BTC="0.4")
    assert live.tracker.get_all_positions()[BTC].tracked.adopted_at is None, "a fill, not a correction"


def test_what_happened_during_a_gap_is_caught_up(live: FeedHarness):
    live.demo.call(live.exchange.refuse())
    live.demo.call(live.exchange.drop(1011))
    order(live, "BTCUSDT", "sell", "0.5")
    order(live, "SOLUSDT", "buy", "10")
    order(live, "ETHUSDT", "buy", "1")
    order(live, "ETHUSDT", "sell", "1")  # opened and closed unseen: only the history tells of it
    live.demo.call(live.exchange.accept_again())
    until_held(live, SOL="10")
    live.until(lambda _: ETH in live.tracker.all_known())
    fills = {
        live.tracker.all_known()[symbol].tracked.cumulative_totals.fees["USDT"] > 0 for symbol in (BTC, ETH)
    }
    assert fills == {True}


def test_a_failed_reading_changes_nothing_and_is_tried_again(live: FeedHarness):
    live.exchange.faults.rest_at(POSITIONS).status = 500
    live.feed.reconcile()
    live.until(lambda _: live.tracker.health.problem)
    assert sizes(live) == {BTC: Decimal("0.5")}
    live.exchange.faults.clear()
    live.until(lambda _: live.tracker.health.problem is None)


def test_an_answer_that_is_empty_by_error_changes_nothing(live: FeedHarness):
    live.exchange.faults.rest_at(POSITIONS).empty_data = True
    live.feed.reconcile()
    live.until(lambda _: live.tracker.get_all_positions()[BTC].difference)
    assert sizes(live) == {BTC: Decimal("0.5")}
    live.exchange.faults.clear()
    live.feed.reconcile()
    live.until(lambda _: live.tracker.get_all_positions()[BTC].difference is None)


def test_fills_that_cannot_be_asked_for_leave_the_doubt(live: FeedHarness):
    live.exchange.faults.ws.lost_fills = 1
    live.exchange.faults.rest_at(FILLS).status = 500
    order(live, "BTCUSDT", "sell", "0.1")
    live.feed.reconcile()
    live.until(lambda _: live.tracker.health.problem)
    assert sizes(live) == {BTC: Decimal("0.5")}
    live.exchange.faults.clear()
    until_held(live, BTC="0.4")


def test_a_liquidation_is_a_fill_like_any_other(live: FeedHarness):
    live.demo.call(live.exchange.publish("BTCUSDT", lastPr="60000"))
    live.demo.call(live.exchange.liquidate())
    until_held(live)
    assert live.tracker.all_known()[BTC].tracked.cumulative_totals.realized_pnl < 0


def test_funding_is_read_with_everything_else(live: FeedHarness):
    live.demo.call(live.exchange.pay_funding())
    live.feed.reconcile()
    live.until(lambda _: live.tracker.get_all_positions()[BTC].tracked.cumulative_totals.funding)
    assert live.tracker.get_all_positions()[BTC].tracked.cumulative_totals.realized_pnl == 0


def test_both_sides_of_hedge_mode(rig: FeedHarness):
    rig.exchange.account.use_hedge_mode()
    rig.exchange.account.fills.clear()  # its first one was in one-way mode
    rig.start(account=True)
    rig.until(lambda _: sizes(rig) == {f"{BTC}:long": Decimal("0.5")})
    order(rig, "BTCUSDT", "sell", "0.2")
    rig.until(lambda _: sizes(rig) == {f"{BTC}:long": Decimal("0.5"), f"{BTC}:short": Decimal("-0.2")})
    order(rig, "BTCUSDT", "sell", "0.5", reduce_only=True)
    rig.until(lambda _: sizes(rig) == {f"{BTC}:short": Decimal("-0.2")})
    assert {leg.side for leg in rig.tracker.positions_of(BTC)} == {Side.SHORT}


def test_the_exchange_is_not_asked_without_end(live: FeedHarness):
    """After a burst of fills one reading follows, not one for each."""
    before = list(live.exchange.requests).count("/api/v2/mix/position/all-position")
    for _ in range(10):
        order(live, "BTCUSDT", "buy", "0.01")
    until_held(live, BTC="0.6")
    live.until(lambda _: list(live.exchange.requests).count("/api/v2/mix/position/all-position") > before)
    after = list(live.exchange.requests).count("/api/v2/mix/position/all-position")
    assert after - before <= 8
