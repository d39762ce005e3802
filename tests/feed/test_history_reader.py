"""The history of fills and funding with a real ccxt client: in the background, each market by itself."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from dashboard.demo.account.demo_position import DemoPosition
from dashboard.demo.protocol.fault_injection import BILLS, CLOSED_POSITIONS, FILLS, POSITIONS
from dashboard.domain.events import AccountSnapshot
from dashboard.domain.feed_state import FeedState
from dashboard.domain.fill import Fill
from tests.feed.harness import ACCOUNT_TIMEOUTS, PATIENT, PATIENT_REQUESTS, FeedHarness

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
IMPATIENT = replace(ACCOUNT_TIMEOUTS, first_history_wait_s=0.1, history_wait_s=0.1, unstreamed_interval_s=0.5)

FAULTS: dict[str, dict[str, Any]] = {
    "503": {"status": 503},
    "truncated JSON": {"truncated_json": True},
    "not JSON": {"body": "<html>maintenance</html>"},
    "no permission": {"status": 403, "code": "40014"},
    "no response": {"hang": True},
}


def fail(harness: FeedHarness, path: str, **fault: Any) -> None:
    for name, value in fault.items():
        setattr(harness.exchange.faults.rest_at(path), name, value)


def order(harness: FeedHarness, symbol: str, side: str, size: str) -> None:
    harness.demo.call(harness.exchange.order(symbol, side=side, size=size))


def start(harness: FeedHarness) -> None:
    # On a busy machine a shorter timeout also ends requests that the exchange answers.
    harness.start(account=True, timeouts=PATIENT, account_timeouts=IMPATIENT, timeout=5_000)


def until_adopted(harness: FeedHarness, *symbols: str) -> None:
    """Waits until the positions of exactly these markets begin with the exchange's figures."""
    harness.until(lambda _: adopted(harness) == {*symbols})


def adopted(harness: FeedHarness) -> set[str]:
    return {label for label, live in harness.open.items() if live.state.adopted_at is not None}


def until_complete(harness: FeedHarness) -> None:
    harness.until(lambda _: harness.tracker.complete_until and harness.health.history is None)


def snapshots(harness: FeedHarness) -> list[AccountSnapshot]:
    return [event for event in harness.account_events if isinstance(event, AccountSnapshot)]


def fills_in(harness: FeedHarness, symbol: str) -> list[Fill]:
    """The fills of a market in all snapshots."""
    fills = (fill for snapshot in snapshots(harness) for fill in snapshot.fills)
    return [fill for fill in fills if fill.instrument.symbol == symbol]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_prices_and_positions_do_not_wait_for_the_history(harness: FeedHarness, fault: dict[str, Any]):
    fail(harness, FILLS, **fault)
    start(harness)
    harness.until_state(FeedState.STREAMING)
    until_adopted(harness, BTC)
    harness.until(lambda _: harness.open[BTC].unrealized_pnl is not None)
    harness.until(lambda _: harness.health.history)
    assert harness.health.problem is None
    assert harness.tracker.complete_until is None
    order(harness, "BTCUSDT", "buy", "0.1")
    harness.until(lambda _: harness.open[BTC].state.contracts == Decimal("0.6"))
    harness.exchange.faults.clear()
    until_adopted(harness)
    until_complete(harness)
    assert harness.open[BTC].state.contracts == Decimal("0.6")
    assert harness.open[BTC].state.opened_at == harness.exchange.account.fills[0].time_ms


def test_prices_stream_while_no_position_can_be_read(harness: FeedHarness):
    fail(harness, POSITIONS, hang=True)
    harness.start(account=True, timeouts=PATIENT, **PATIENT_REQUESTS)
    harness.until_state(FeedState.STREAMING)
    harness.until_new_price()
    assert not harness.feed.first_connection.done()
    assert harness.health.read_at is None
    harness.exchange.faults.clear()
    harness.until(lambda _: harness.health.read_at)


def test_history_of_one_market_fails_alone(harness: FeedHarness):
    order(harness, "ETHUSDT", "buy", "1")
    fail(harness, FILLS, status=503, symbol="ETHUSDT")
    start(harness)
    until_adopted(harness, ETH)
    harness.until(lambda _: "1 of 2 markets read; ETH/USDT:USDT: bitget: " in (harness.health.history or ""))
    assert harness.tracker.complete_until is None
    harness.exchange.faults.clear()
    until_adopted(harness)
    until_complete(harness)


def test_position_of_several_weeks_is_read_back_to_its_opening(harness: FeedHarness):
    account = harness.exchange.account
    (opening,) = account.fills
    account.fills[0] = replace(opening, time_ms=opening.time_ms - 40 * DAY_MS)
    start(harness)
    until_adopted(harness)
    until_complete(harness)
    assert harness.open[BTC].state.opened_at == account.fills[0].time_ms


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_history_that_fails_in_the_middle_is_continued(harness: FeedHarness, fault: dict[str, Any]):
    account = harness.exchange.account
    account.fills[0] = replace(account.fills[0], time_ms=account.fills[0].time_ms - 60 * DAY_MS)
    harness.exchange.faults.rest_at(FILLS).delay_s = 0.2
    start(harness)
    harness.until(lambda _: sum(path.startswith(FILLS) for path in harness.exchange.requests) >= 3)
    fail(harness, FILLS, **fault)
    harness.until(lambda _: "0 of 1 market read; BTC/USDT:USDT: " in (harness.health.history or ""))
    harness.until_new_price()
    assert adopted(harness) == {BTC}
    harness.exchange.faults.clear()
    until_adopted(harness)
    until_complete(harness)
    assert harness.open[BTC].state.opened_at == account.fills[0].time_ms


def test_earlier_positions_of_a_market_are_not_read(harness: FeedHarness):
    """The first fill closes a position whose opening is no longer listed."""
    account = harness.exchange.account
    (opening,) = account.fills
    order(harness, "BTCUSDT", "sell", "0.2")
    earlier = replace(account.fills.pop(), time_ms=opening.time_ms - HOUR_MS)
    account.fills.insert(0, earlier)
    account.positions[0].total = Decimal("0.5")
    start(harness)
    until_complete(harness)
    assert [fill.id for fill in fills_in(harness, BTC)] == [opening.id]
    assert harness.open[BTC].state.opened_at == opening.time_ms
    assert harness.open[BTC].difference is None


def test_position_closed_just_before_the_start_is_none(harness: FeedHarness):
    """Its close is still listed as recent, without its opening."""
    harness.exchange.account.fills.clear()
    order(harness, "BTCUSDT", "sell", "0.5")
    start(harness)
    until_complete(harness)
    harness.feed.reconcile()
    read_at = harness.health.read_at
    harness.until(lambda _: harness.health.read_at != read_at)
    assert harness.known == {}


@pytest.mark.parametrize("path", [BILLS, CLOSED_POSITIONS])
def test_refused_part_leaves_the_others(harness: FeedHarness, path: str):
    fail(harness, path, status=403, code="40014")
    start(harness)
    until_complete_without(harness, path)
    order(harness, "BTCUSDT", "sell", "0.1")
    harness.until(lambda _: harness.open[BTC].state.contracts == Decimal("0.4"))


def until_complete_without(harness: FeedHarness, path: str) -> None:
    """Waits until all fills are known, and the refused part is reported."""
    name = {BILLS: "funding of BTC/USDT:USDT", CLOSED_POSITIONS: "closed positions"}[path]
    harness.until(lambda _: harness.tracker.complete_until)
    harness.feed.reconcile()
    harness.until(
        lambda _: f"{name}: bitget: the API key lacks a permission" in (harness.health.history or "")
    )
    until_adopted(harness)


def test_unavailable_funding_is_read_later(harness: FeedHarness):
    harness.demo.call(harness.exchange.pay_funding())
    fail(harness, BILLS, status=503)
    start(harness)
    harness.until(lambda _: "funding of BTC/USDT:USDT: bitget: " in (harness.health.history or ""))
    until_adopted(harness)
    assert harness.tracker.complete_until is None
    harness.exchange.faults.clear()
    until_complete(harness)
    assert harness.open[BTC].state.cumulative_totals.funding


def test_funding_listed_hours_late_counts_once(harness: FeedHarness):
    account = harness.exchange.account
    account.fills[0] = replace(account.fills[0], time_ms=account.fills[0].time_ms - DAY_MS)
    start(harness)
    until_complete(harness)
    harness.demo.call(harness.exchange.pay_funding())
    paid = account.bills[-1]
    account.bills[-1] = replace(paid, time_ms=paid.time_ms - 8 * HOUR_MS)
    for _ in range(2):
        harness.feed.reconcile()
        until_complete_after(harness, harness.tracker.complete_until or 0)
    assert harness.open[BTC].state.cumulative_totals.funding == {"USDT": paid.amount}


def until_complete_after(harness: FeedHarness, since: int) -> None:
    harness.until(lambda _: (harness.tracker.complete_until or 0) > since or harness.feed.reconcile())


def test_unreadable_streamed_fill_is_read_from_the_history(harness: FeedHarness):
    harness.start(account=True, timeouts=PATIENT)
    harness.until_account_idle()
    before = harness.exchange.subscriptions
    harness.exchange.faults.ws.unreadable_fills = 1
    order(harness, "BTCUSDT", "buy", "0.1")
    harness.until(lambda _: harness.open[BTC].state.contracts == Decimal("0.6"))
    order(harness, "BTCUSDT", "buy", "0.1")
    harness.until(lambda _: harness.open[BTC].state.contracts == Decimal("0.7"))
    harness.until_account_idle()
    assert adopted(harness) == set()
    assert harness.exchange.subscriptions == before


def test_unread_market_is_asked_for_sooner(harness: FeedHarness):
    """The snapshots are a minute apart otherwise."""
    start(harness)
    harness.until_account_idle()
    unreadable = DemoPosition(symbol="ETHUSDT", open_price=Decimal(0))
    harness.exchange.account.positions.append(unreadable)
    harness.feed.reconcile()
    harness.until(lambda _: snapshots(harness)[-1].unread)
    assert BTC in harness.open
    unreadable.open_price = Decimal(3000)
    harness.until(lambda _: ETH in harness.open and snapshots(harness)[-1].unread == ())


def test_market_unread_in_the_first_readings_is_read_back_to_its_opening(harness: FeedHarness):
    account = harness.exchange.account
    (held,), (opening,) = account.positions, account.fills
    entry_price, held.open_price = held.open_price, Decimal(0)
    account.fills[0] = replace(opening, time_ms=opening.time_ms - DAY_MS)
    start(harness)
    harness.until(lambda _: harness.tracker.complete_until and snapshots(harness))
    harness.until(lambda _: snapshots(harness)[-1].unread)
    held.open_price = entry_price
    harness.until(lambda _: BTC in harness.open and harness.open[BTC].state.opened_at)
    until_adopted(harness)
    assert harness.open[BTC].state.opened_at == account.fills[0].time_ms
