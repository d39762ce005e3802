"""SPEC B2: the exchange's positions are adopted only once they include every known fill."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.events import AccountSnapshot
from dashboard.domain.unread_part import UnreadPart
from dashboard.positions.models import EventType
from tests.domain.builders import LONG, SHORT, position
from tests.domain.fill_histories import fill, fills
from tests.positions.harness import BTC, TrackerHarness, market_key

TEN_MINUTES_MS = 600_000
HELD = position(LONG, "2", "100")
ETHER = replace(HELD.instrument, symbol="ETH/USDT:USDT", id="ETHUSDT", base="ETH")


def known(**more: object) -> TrackerHarness:
    """A tracker that has read its account completely, without any position."""
    return TrackerHarness(now=100_000, **more).snapshot(complete_until=1)


class TestPositionsBehindTheFills:
    """Half a second after a fill, an exchange may report the position as it was before."""

    @pytest.fixture
    def closed(self) -> TrackerHarness:
        harness = known().fills(fill("buy 2 @ 100", 1_000)).snapshot(HELD, requested_at=2_000)
        return harness.fills(fill("sell 2 @ 110", 5_000))

    def test_closed_position_does_not_rise_again(self, closed: TrackerHarness):
        for late in (500, 1_000, 5_000, 9_000):
            closed.now += 500
            closed.snapshot(HELD, requested_at=5_000 + late, settled=False)
            assert closed.open == {}
        assert "correction" not in closed.kinds
        closed.snapshot(requested_at=16_000)
        assert (closed.open, closed.known[BTC].difference) == ({}, None)

    def test_clock_that_was_set_back_makes_no_difference(self, closed: TrackerHarness):
        closed.snapshot(HELD, requested_at=5_000 + TEN_MINUTES_MS, settled=False)
        assert closed.open == {}

    def test_another_reading_is_due_once_the_market_has_settled(self, closed: TrackerHarness):
        closed.now += 4_000
        assert closed.tracker.settles_in_ms() == 6_000
        closed.now += 6_000
        assert closed.tracker.settles_in_ms() is None

    def test_position_that_is_still_reported_then_is_adopted(self, closed: TrackerHarness):
        closed.snapshot(HELD, requested_at=16_000)
        assert closed.only.state.contracts == 2

    def test_other_markets_are_adopted_at_once(self, closed: TrackerHarness):
        ether = position(LONG, "3", "50", of=ETHER)
        closed.snapshot(ether, requested_at=5_500, settled=False)
        assert closed.open["ETH/USDT:USDT"].state.contracts == 3

    def test_difference_is_marked_if_fills_never_pause(self, closed: TrackerHarness):
        """Half a minute of trading, with a fill each second that the exchange reports correctly."""
        closed.fills(fill("buy 5 @ 100", 6_000))
        for second in range(7, 37):
            closed.now += 1_000
            closed.fills(fill("buy 1 @ 100", second * 1_000))
            closed.snapshot(
                position(LONG, str(second), "100"), requested_at=second * 1_000 + 500, settled=False
            )
            assert bool(closed.only.difference) is (second >= 17)
        assert closed.only.state.contracts == 35, "only marked"
        closed.snapshot(position(LONG, "36", "100"), requested_at=60_000)
        assert (closed.only.state.contracts, closed.only.difference) == (36, None)

    def test_first_reading_is_adopted_whatever_was_filled_before(self):
        harness = TrackerHarness().fills(fill("buy 1 @ 100", 1_000))
        harness.snapshot(position(LONG, "7", "90"), requested_at=2_000, settled=False)
        assert harness.only.state.contracts == 7

    def test_later_readings_wait_even_before_the_history_is_complete(self):
        harness = TrackerHarness().snapshot(HELD).fills(fill("sell 2 @ 110", 5_000))
        harness.snapshot(HELD, requested_at=6_000, settled=False)
        assert harness.open == {}

    def test_recent_fill_of_a_reading_counts_as_one(self):
        harness = known()
        harness.snapshot(requested_at=9_000, settled=False, fills=(fill("buy 2 @ 100", 8_500),))
        assert harness.tracker.settles_in_ms() == 10_000
        harness.snapshot(requested_at=90_000, fills=(fill("buy 2 @ 100", 7_000, id="late"),))
        assert harness.tracker.settles_in_ms() is None


class TestClockAhead:
    """A position was adopted while the clock was ten minutes ahead: later fills seem earlier."""

    @pytest.fixture
    def adopted(self) -> TrackerHarness:
        return known().snapshot(HELD, requested_at=TEN_MINUTES_MS)

    def test_closing_fill_closes_it(self, adopted: TrackerHarness):
        adopted.fills(fill("sell 2 @ 110", 5_000)).snapshot(
            requested_at=TEN_MINUTES_MS + 1_000, settled=False
        )
        for harness in (adopted, adopted.restarted()):
            assert harness.open == {}
            assert harness.known[BTC].state.cumulative_totals.realized_pnl == 20

    def test_reading_that_is_still_behind_does_not_hide_the_fill(self, adopted: TrackerHarness):
        adopted.fills(fill("sell 2 @ 110", 5_000))
        adopted.snapshot(HELD, requested_at=TEN_MINUTES_MS + 500, settled=False)
        adopted.snapshot(requested_at=TEN_MINUTES_MS + 11_000)
        assert adopted.open == {}
        assert adopted.known[BTC].state.cumulative_totals.realized_pnl == 20

    def test_later_fills_count(self, adopted: TrackerHarness):
        adopted.fills(fill("buy 2 @ 110", 5_000), fill("sell 1 @ 120", 6_000))
        adopted.snapshot(position(LONG, "3", "105"), requested_at=TEN_MINUTES_MS + 1_000)
        adopted.fills(fill("sell 1 @ 125", 7_000))
        for harness in (adopted, adopted.restarted()):
            assert (harness.only.state.contracts, harness.only.state.entry_price) == (2, 105)
            assert harness.only.state.cumulative_totals.realized_pnl == 15 + 20

    def test_late_fill_that_the_figures_include_does_not_count(self, adopted: TrackerHarness):
        adopted.fills(fill("buy 2 @ 100", 4_000)).snapshot(HELD, requested_at=TEN_MINUTES_MS + 1_000)
        adopted.fills(fill("sell 2 @ 110", TEN_MINUTES_MS + 2_000))
        adopted.snapshot(requested_at=TEN_MINUTES_MS + 3_000)
        assert adopted.open == {}
        assert adopted.known[BTC].state.cumulative_totals.realized_pnl == 20


class TestUnreadMarkets:
    PART = UnreadPart("USDT futures", "no answer in time", frozenset({BTC}))

    @pytest.fixture
    def unread(self) -> TrackerHarness:
        harness = known().fills(fill("buy 2 @ 100", 1_000)).snapshot(HELD, requested_at=2_000)
        return harness.snapshot(requested_at=3_000, unread=(self.PART,), recently_closed={(BTC, LONG)})

    def test_its_position_stays_and_shows_that_it_was_not_confirmed(self, unread: TrackerHarness):
        assert unread.only.state.contracts == 2
        assert unread.only.difference == f"{BTC} was not confirmed, USDT futures: no answer in time"
        assert "correction" not in unread.kinds

    def test_its_terms_stay(self, unread: TrackerHarness):
        assert unread.only.position.leverage == 10

    def test_it_is_the_problem_of_the_account(self, unread: TrackerHarness):
        assert unread.health.problem == "USDT futures: no answer in time"
        assert unread.health.unread == (self.PART,)
        unread.snapshot(HELD, requested_at=4_000, problem="fills are not streamed", unread=(self.PART,))
        assert unread.health.problem == "fills are not streamed; USDT futures: no answer in time"

    def test_next_reading_confirms_it(self, unread: TrackerHarness):
        unread.snapshot(HELD, requested_at=4_000)
        assert (unread.only.difference, unread.health.problem) == (None, None)

    def test_it_is_not_in_doubt(self, unread: TrackerHarness):
        assert unread.tracker.in_doubt(AccountSnapshot(0, 5_000, (), unread=(self.PART,))) == frozenset()
        assert unread.tracker.in_doubt(AccountSnapshot(0, 5_000, ())) == {BTC}

    def test_market_that_was_never_read_is_known_as_such(self):
        coins = UnreadPart("coin-margined futures", "refused", frozenset({"BTC/USD:BTC"}))
        harness = TrackerHarness().snapshot(unread=(self.PART, coins))
        assert harness.health.never_read == {BTC, "BTC/USD:BTC"}
        harness.snapshot(unread=(coins,)).snapshot(unread=(self.PART, coins))
        assert harness.health.never_read == {"BTC/USD:BTC"}

    def test_rows_of_it_state_no_mode(self, unread: TrackerHarness):
        """One of two legs may be the unreadable one."""
        short = position(SHORT, "1", "100")
        unread.snapshot(HELD, short, requested_at=4_000, unread=(self.PART,))
        assert list(unread.open) == [BTC]


class TestRepeatedFills:
    """HTX streams a fill without its fee, and lists it with the fee later."""

    BARE, COMPLETE = fill("buy 2 @ 100", 1_000), fill("buy 2 @ 100", 1_000, fee="0.1")

    @pytest.fixture
    def repeated(self) -> TrackerHarness:
        return known().fills(self.BARE).snapshot(HELD, requested_at=2_000, fills=(self.COMPLETE,))

    def test_fee_reported_later_is_no_second_fill(self, repeated: TrackerHarness):
        announced = [update.event_type for update in repeated.announced if update.fill]
        assert announced == [EventType.FILL]
        assert repeated.announced[-1].event_type is EventType.POSITION_CHANGE
        assert [entry.kind for entry in repeated.book.events] == ["open"]
        assert repeated.kinds.count("fill") == 1

    def test_fee_reported_later_counts(self, repeated: TrackerHarness):
        for harness in (repeated, repeated.restarted()):
            assert harness.only.state.cumulative_totals.fees == {"USDT": Decimal("0.1")}
            assert harness.only.state.cumulative_totals.fills_without_fee == 0

    def test_third_report_changes_nothing(self, repeated: TrackerHarness):
        announced, recorded = len(repeated.announced), len(repeated.recorded)
        repeated.fills(self.BARE, self.COMPLETE)
        assert (len(repeated.announced), len(repeated.recorded)) == (announced, recorded)


class TestContradictions:
    """In hedge mode, more was closed than opened: fills are missing."""

    @pytest.fixture
    def contradictory(self) -> TrackerHarness:
        harness = known().fills(*fills("buy 2 @ 100, sell 2 @ 110", leg=LONG)).price("120")
        return harness.fills(fill("sell 1 @ 110", 3_000, leg=LONG))

    def test_it_is_neither_shown_nor_valued(self, contradictory: TrackerHarness):
        assert contradictory.open == {}
        assert contradictory.book.open_in(market_key()) == []
        assert contradictory.announced[-1].position.unrealized_pnl is None

    def test_totals_are_unknown_until_it_is_resolved(self, contradictory: TrackerHarness):
        summary = contradictory.book.summary()
        assert (summary.active_positions, summary.total_exposure, summary.unrealized_pnl) == (0, None, None)

    def test_it_is_flat_if_the_exchange_lacks_it(self, contradictory: TrackerHarness):
        contradictory.snapshot(requested_at=20_000)
        state = contradictory.known[f"{BTC}:long"].state
        assert (state.contracts, contradictory.book.summary().total_exposure) == (0, 0)
        assert [entry.kind for entry in contradictory.book.events[:2]] == ["adopt", "difference"]

    def test_realized_pnl_of_the_unexplained_close_is_unknown(self, contradictory: TrackerHarness):
        total = contradictory.known[f"{BTC}:long"].state.cumulative_totals
        assert (total.realized_pnl, total.unexplained_closes) == (20, 1)

    def test_late_opening_explains_it(self, contradictory: TrackerHarness):
        contradictory.fills(fill("buy 3 @ 105", 2_500, leg=LONG))
        assert contradictory.only.state.contracts == 2
        assert contradictory.only.state.cumulative_totals.unexplained_closes == 0
