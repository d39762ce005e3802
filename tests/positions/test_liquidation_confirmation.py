"""A stated liquidation price that the price reached is confirmed by a reading that began afterwards."""

from dataclasses import replace

import pytest

from dashboard.domain.events import AccountFailed, InstrumentResolved
from dashboard.domain.position import Position, Side
from dashboard.domain.position_selection import ManualEntry
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.domain.risk import RiskStatus
from tests.domain.builders import LONG, SHORT, dec, entered, instrument, position
from tests.domain.fill_histories import fill
from tests.positions.harness import BTC, EXCHANGE, TrackerHarness, market_key

EMERGENCY, LIQUIDATED, UNDERWATER = RiskStatus.EMERGENCY, RiskStatus.LIQUIDATED, RiskStatus.UNDERWATER
TRADES = {LONG: "buy 2 @ 100", SHORT: "sell 2 @ 100"}
LIQUIDATION = {LONG: "91", SHORT: "109"}
BEYOND = {LONG: "90", SHORT: "110"}


def row(side: Side, liquidation: str | None, mark: str | None = None) -> Position:
    """A position as read: its liquidation price is not passed by its mark."""
    held = position(side, "2", "100", liquidation=liquidation, margin_mode="cross")
    return replace(held, reported=ReportedFigures(mark_price=dec(mark)))


def passed(side: Side) -> Position:
    """A position as read while its mark is beyond the liquidation price."""
    figures = ReportedFigures(mark_price=dec(BEYOND[side]), liquidation_price=dec(LIQUIDATION[side]))
    return replace(row(side, None), reported=figures)


def held(side: Side = LONG) -> TrackerHarness:
    """Two coins at 100, read once, with the price at the entry and a clock at 1,000."""
    harness = TrackerHarness(now=1_000).fills(fill(TRADES[side])).price("100")
    return harness.snapshot(row(side, LIQUIDATION[side]))


def crossed(side: Side = LONG) -> TrackerHarness:
    """The same at 2,000, once the price is beyond the liquidation price."""
    harness = held(side)
    harness.now = 2_000
    return harness.price(BEYOND[side])


@pytest.mark.parametrize("side", list(Side))
class TestCrossing:
    def test_price_beyond_it_is_an_emergency_that_asks_for_a_reading(self, side: Side):
        harness = crossed(side)
        assert (harness.only.status, harness.only.awaits_confirmation) == (EMERGENCY, True)
        assert harness.book.take_unconfirmed() == {EXCHANGE}
        harness.price(BEYOND[side])
        assert harness.book.take_unconfirmed() == frozenset(), "once for each crossing"

    def test_reading_that_began_afterwards_confirms_it(self, side: Side):
        harness = crossed(side)
        announced = len(harness.announced)
        harness.snapshot(passed(side), started_at=2_000)
        assert (harness.only.status, harness.only.awaits_confirmation) == (LIQUIDATED, False)
        assert harness.announced[announced:], "the new status is announced"
        assert harness.announced[-1].position.status is LIQUIDATED

    def test_reading_that_began_before_does_not(self, side: Side):
        assert crossed(side).snapshot(passed(side), started_at=1_999).only.status is EMERGENCY

    def test_row_without_a_mark_confirms_it(self, side: Side):
        harness = crossed(side).snapshot(row(side, LIQUIDATION[side]), started_at=2_000)
        assert harness.only.status is LIQUIDATED

    def test_row_whose_mark_is_not_beyond_it_does_not(self, side: Side):
        harness = crossed(side).snapshot(row(side, LIQUIDATION[side], "100"), started_at=2_000)
        assert harness.only.status is EMERGENCY

    def test_liquidation_price_that_moved_is_not_reached(self, side: Side):
        moved = {LONG: "50", SHORT: "150"}[side]
        harness = crossed(side).snapshot(row(side, moved, BEYOND[side]), started_at=2_000)
        assert (harness.only.status, harness.only.awaits_confirmation) == (UNDERWATER, False)


class TestNoConfirmation:
    def test_failed_reading(self):
        harness = crossed()
        harness.tracker.apply(AccountFailed("no answer in time"))
        assert harness.only.status is EMERGENCY

    def test_reading_without_the_position(self):
        harness = crossed().snapshot(started_at=2_000)
        assert (harness.only.status, bool(harness.only.difference)) == (EMERGENCY, True)

    def test_reading_of_a_moving_position(self):
        harness = crossed().snapshot(passed(LONG), started_at=2_000, inconsistent_symbols=frozenset([BTC]))
        assert harness.only.status is EMERGENCY

    def test_earlier_crossing(self):
        harness = crossed().snapshot(passed(LONG), started_at=2_000)
        harness.now = 3_000
        assert harness.price("100").only.status is RiskStatus.PROFIT
        harness.now = 4_000
        assert harness.price(BEYOND[LONG]).only.status is EMERGENCY
        assert harness.book.take_unconfirmed() == {EXCHANGE}


def test_price_beyond_it_from_the_start_is_unknown_after_the_next_reading():
    """As for a leg whose row has no mark, read before the first price, with the other leg's liquidation."""
    harness = TrackerHarness(now=1_000).fills(fill("buy 2 @ 100")).snapshot(row(LONG, "120"))
    harness.now = 2_000
    assert harness.price("100").only.status is EMERGENCY
    assert harness.book.take_unconfirmed() == {EXCHANGE}
    harness.snapshot(row(LONG, "120"), started_at=2_000)
    assert (harness.only.liquidation_price, harness.only.status) == (None, RiskStatus.PROFIT)


def test_reading_without_a_price_keeps_what_was_compared():
    harness = held()
    harness.now = 60_000
    harness.snapshot(row(LONG, "91")).price(BEYOND[LONG])
    assert harness.snapshot(row(LONG, "91"), started_at=60_000).only.status is LIQUIDATED


def test_stale_price_is_unknown_and_the_crossing_stands():
    harness = crossed().snapshot(passed(LONG), started_at=2_000)
    harness.now = 60_000
    harness.book.publish_prices()
    assert harness.only.status is RiskStatus.UNKNOWN
    assert harness.price(BEYOND[LONG]).only.status is LIQUIDATED


def test_liquidation_price_of_a_user_needs_no_reading():
    harness = held()
    harness.markets.apply(market_key(), InstrumentResolved(instrument()))
    harness.book.enter(market_key(), ManualEntry(entered(liquidation_price="95")))
    assert harness.price("94").only.status is LIQUIDATED
    assert harness.book.take_unconfirmed() == frozenset()
