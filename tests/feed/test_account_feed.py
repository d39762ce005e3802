"""Account feed with a real ccxt client: fills are streamed, and missed ones are found by snapshots."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.clock import now_ms, wall_ms
from dashboard.demo import FILLS, POSITIONS
from dashboard.domain.events import AccountSnapshot
from dashboard.domain.feed_state import FeedState
from dashboard.domain.keys import MarketKey
from dashboard.domain.position import Side
from dashboard.positions import moving_markets
from tests.feed.harness import ACCOUNT_TIMEOUTS, EXCHANGE, PATIENT, FeedHarness

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
HOUR_MS = 3_600_000


def order(harness: FeedHarness, symbol: str, side: str, size: str, **options) -> None:
    harness.demo.call(harness.exchange.order(symbol, side=side, size=size, **options))


def sizes(harness: FeedHarness) -> dict[str, Decimal]:
    return {label: live.state.contracts for label, live in harness.open.items()}


def until_held(harness: FeedHarness, **expected: str) -> None:
    """Waits until positions of exactly these coins and sizes are open."""
    wanted = {f"{coin}/USDT:USDT": Decimal(size) for coin, size in expected.items()}
    harness.until(lambda _: sizes(harness) == wanted)


def snapshots(harness: FeedHarness, since: int) -> int:
    """The number of snapshots among the events from index `since` on."""
    return sum(isinstance(event, AccountSnapshot) for event in harness.account_events[since:])


@pytest.fixture
def live(harness: FeedHarness) -> FeedHarness:
    """A harness that has read the demo's long position of half a bitcoin, and streams fills."""
    harness.start(account=True)
    harness.until_state(FeedState.STREAMING)
    harness.until(lambda _: harness.demo.exchange.connections >= 2)
    until_held(harness, BTC="0.5")
    return harness


def test_open_position_is_built_from_its_fills_at_the_start(live: FeedHarness):
    (held,) = live.open.values()
    assert held.state.adopted_at is None
    assert held.state.opened_at is not None
    assert held.position.leverage == 20
    assert held.state.cumulative_totals.fees["USDT"] > 0


def test_position_older_than_the_history_of_fills_is_adopted(harness: FeedHarness):
    harness.exchange.account.fills_kept_ms = 1
    harness.start(account=True)
    until_held(harness, BTC="0.5")
    (held,) = harness.open.values()
    assert held.state.adopted_at is not None


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
def test_fills_change_the_positions(live: FeedHarness, trades, left):
    for symbol, side, size in trades:
        order(live, symbol, side, size, parts=2)
    until_held(live, **left)
    assert all(each.state.adopted_at is None for each in live.open.values())


def test_markets_of_open_positions_are_watched(live: FeedHarness):
    order(live, "ETHUSDT", "buy", "1")
    live.until(lambda _: ETH in sizes(live) and live.open[ETH].unrealized_pnl is not None)
    order(live, "ETHUSDT", "sell", "1")
    live.until(lambda _: live.markets.get(MarketKey(EXCHANGE, ETH)) is None)


def test_shown_position_changes_with_each_fill(live: FeedHarness):
    order(live, "BTCUSDT", "buy", "0.25")
    live.until(lambda _: live.open[BTC].position.contracts == Decimal("0.75"))


@pytest.mark.parametrize("fault", ["repeated_fills", "shuffled_fills"])
def test_repeated_or_reordered_fills_count_once(live: FeedHarness, fault: str):
    setattr(live.exchange.faults.ws, fault, 3)
    order(live, "BTCUSDT", "sell", "0.4", parts=3)
    order(live, "BTCUSDT", "buy", "0.1")
    until_held(live, BTC="0.2")


def test_lost_fill_is_found_by_a_snapshot(live: FeedHarness):
    live.until_account_idle()
    live.exchange.faults.ws.lost_fills = 1
    order(live, "BTCUSDT", "sell", "0.1")
    assert sizes(live) == {BTC: Decimal("0.5")}
    live.feed.reconcile()
    until_held(live, BTC="0.4")
    assert live.open[BTC].state.adopted_at is None, "a fill, not a correction"


def test_fills_missed_during_a_gap_are_recovered(live: FeedHarness):
    live.demo.call(live.exchange.refuse())
    live.demo.call(live.exchange.drop(1011))
    order(live, "BTCUSDT", "sell", "0.5")
    order(live, "SOLUSDT", "buy", "10")
    order(live, "ETHUSDT", "buy", "1")
    order(live, "ETHUSDT", "sell", "1")  # opened and closed during the gap: only the history contains it
    live.demo.call(live.exchange.accept_again())
    until_held(live, SOL="10")
    live.until(lambda _: ETH in live.known)
    fills = {live.known[symbol].state.cumulative_totals.fees["USDT"] > 0 for symbol in (BTC, ETH)}
    assert fills == {True}


def test_failed_snapshot_changes_no_position_and_is_retried(live: FeedHarness):
    live.exchange.faults.rest_at(POSITIONS).status = 500
    live.feed.reconcile()
    live.until(lambda _: live.health.problem)
    assert sizes(live) == {BTC: Decimal("0.5")}
    live.exchange.faults.clear()
    live.until(lambda _: live.health.problem is None)


def test_erroneously_empty_response_changes_no_position(live: FeedHarness):
    live.exchange.faults.rest_at(POSITIONS).empty_data = True
    live.feed.reconcile()
    live.until(lambda _: live.open[BTC].difference)
    assert sizes(live) == {BTC: Decimal("0.5")}
    live.exchange.faults.clear()
    live.feed.reconcile()
    live.until(lambda _: live.open[BTC].difference is None)


def test_figures_of_the_exchange_stand_in_for_unavailable_fills(live: FeedHarness):
    live.exchange.faults.ws.lost_fills = 1
    live.exchange.faults.rest_at(FILLS).status = 500
    order(live, "BTCUSDT", "sell", "0.1")
    live.feed.reconcile()
    until_held(live, BTC="0.4")
    assert live.open[BTC].state.adopted_at is not None
    live.until(lambda _: BTC in (live.health.history or ""))
    live.exchange.faults.clear()
    live.until(lambda _: live.open[BTC].state.adopted_at is None)
    live.until(lambda _: live.health.history is None)


def test_liquidation_closes_the_position(live: FeedHarness):
    live.demo.call(live.exchange.publish("BTCUSDT", lastPr="60000"))
    live.demo.call(live.exchange.liquidate())
    until_held(live)
    assert live.known[BTC].state.cumulative_totals.realized_pnl < 0


def test_funding_is_read_with_a_full_snapshot(live: FeedHarness):
    live.demo.call(live.exchange.pay_funding())
    live.feed.reconcile()
    live.until(lambda _: live.open[BTC].state.cumulative_totals.funding)
    assert live.open[BTC].state.cumulative_totals.realized_pnl == 0


def test_hedge_mode_has_a_position_of_each_side(harness: FeedHarness):
    harness.exchange.account.use_hedge_mode()
    harness.exchange.account.fills.clear()  # its first one was in one-way mode
    harness.start(account=True)
    harness.until(lambda _: sizes(harness) == {f"{BTC}:long": Decimal("0.5")})
    order(harness, "BTCUSDT", "sell", "0.2")
    both = {f"{BTC}:long": Decimal("0.5"), f"{BTC}:short": Decimal("-0.2")}
    harness.until(lambda _: sizes(harness) == both)
    order(harness, "BTCUSDT", "sell", "0.5", reduce_only=True)
    harness.until(lambda _: sizes(harness) == {f"{BTC}:short": Decimal("-0.2")})
    assert {live.state.side for live in harness.open.values()} == {Side.SHORT}


def test_burst_of_fills_causes_few_snapshots(live: FeedHarness):
    """Snapshots are limited by their interval, not by the number of fills."""
    live.until_account_idle()

    async def burst() -> None:
        for _ in range(10):
            await live.exchange.order("BTCUSDT", side="buy", size="0.01")

    since, started = len(live.account_events), now_ms()
    live.demo.call(burst())
    until_held(live, BTC="0.6")
    live.until(lambda _: snapshots(live, since))
    live.until_account_idle()
    intervals = (now_ms() - started) / 1000 / ACCOUNT_TIMEOUTS.min_interval_s
    assert snapshots(live, since) <= intervals + 1


def test_closed_position_that_the_exchange_still_reports_does_not_rise_again(
    live: FeedHarness, monkeypatch: pytest.MonkeyPatch
):
    """Another reading follows by itself, once the exchange's report certainly includes the fill."""
    monkeypatch.setattr(moving_markets, "SETTLED_AFTER_MS", 1_500)
    live.until_account_idle()
    account = live.exchange.account
    late, since = replace(account.positions[0]), len(live.account_events)

    async def close_and_lag() -> None:
        await live.exchange.order("BTCUSDT", side="sell", size="0.5")
        account.positions.append(late)

    live.demo.call(close_and_lag())
    live.until(lambda _: reported(live, since)[-1:] == [1])
    account.positions.clear()
    live.until(lambda _: reported(live, since)[-1:] == [0])
    assert live.open == {}
    assert live.known[BTC].difference is None
    assert live.known[BTC].state.adopted_at is None


def reported(harness: FeedHarness, since: int) -> list[int]:
    """The number of positions in each snapshot from index `since` of the events on."""
    later = harness.account_events[since:]
    return [len(event.positions) for event in later if isinstance(event, AccountSnapshot)]


@pytest.mark.parametrize("kept_h", [5.5, 24], ids=["history from the short's opening on", "whole history"])
def test_leg_that_was_closed_before_the_start_is_no_position(harness: FeedHarness, kept_h: float):
    """The closing fill of the long is no older than the short, whose history is read."""
    account = harness.exchange.account
    account.use_hedge_mode()
    account.positions.clear()
    account.fills.clear()
    trades = (("60000", "buy", "1", False), ("60000", "sell", "0.5", False), ("62000", "sell", "1", True))
    for price, side, size, closes in trades:
        harness.demo.call(harness.exchange.publish("BTCUSDT", lastPr=price, markPrice=price))
        order(harness, "BTCUSDT", side, size, reduce_only=closes)
    times = [wall_ms() - hours * HOUR_MS for hours in (10, 5, 3)]
    for index, at in enumerate(times):
        account.fills[index] = replace(account.fills[index], time_ms=at)
    account.fills_kept_ms = round(kept_h * HOUR_MS)
    account.positions[0].opened_ms = times[1]
    shown: list[str] = []
    harness.book.register(lambda update: shown.append(update.position.key.label * update.position.is_open))
    harness.start(account=True, timeouts=PATIENT)
    harness.until_account_idle()
    harness.until(lambda _: harness.tracker.complete_until and harness.open)
    assert sizes(harness) == {f"{BTC}:short": Decimal("-0.5")}
    assert harness.book.summary().active_positions == 1
    assert {label for label in shown if label} == {f"{BTC}:short"}
