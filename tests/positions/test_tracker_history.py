"""A history that is read after the positions: fills replace the figures that positions began with."""

from dashboard.domain.events import AccountFailed
from dashboard.positions.models import EventType
from tests.domain.builders import LONG, position
from tests.domain.fill_histories import fill, fills
from tests.positions.harness import TrackerHarness

ADOPTED = position(LONG, "2", "100")


def adopted() -> TrackerHarness:
    return TrackerHarness().snapshot(ADOPTED, requested_at=1_000)


def test_fills_replace_the_figures_that_they_account_for():
    harness = adopted()
    opening = fills("buy 3 @ 100, sell 1 @ 110")
    harness.snapshot(ADOPTED, requested_at=2_000, fills=tuple(opening), complete_until=2_000)
    assert harness.only.state == TrackerHarness().fills(*opening).only.state
    assert harness.only.state.adopted_at is None
    assert harness.only.difference is None
    assert harness.kinds == ["correction", "fill", "fill", "reading"]


def test_figures_stay_while_fills_are_missing():
    harness = adopted().snapshot(ADOPTED, requested_at=2_000, fills=(fill("buy 1 @ 90"),))
    assert (harness.only.state.contracts, harness.only.state.entry_price) == (2, 100)
    assert harness.only.state.adopted_at == 1_000
    assert harness.kinds == ["correction", "fill"]


def test_fills_since_the_adoption_are_kept():
    harness = adopted().fills(fill("sell 1 @ 120", 1_500))
    rest = position(LONG, "1", "100")
    harness.snapshot(rest, requested_at=2_000, fills=tuple(fills("buy 1 @ 99, buy 1 @ 101")))
    assert harness.only.state.contracts == 1
    assert harness.only.state.cumulative_totals.realized_pnl == 20
    assert harness.only.state.adopted_at is None


def test_they_are_announced_as_one_change_and_not_as_news():
    harness = adopted()
    announced, logged = len(harness.announced), len(harness.book.events)
    harness.snapshot(ADOPTED, requested_at=2_000, fills=tuple(fills("buy 1 @ 99, buy 1 @ 101")))
    news = harness.announced[announced:]
    assert [update.event_type for update in news] == [EventType.POSITION_CHANGE]
    assert news[0].position.state.adopted_at is None
    assert len(harness.book.events) == logged


def test_missed_fill_read_after_the_correction_is_news():
    harness = TrackerHarness().fills(fill("buy 2 @ 100"))
    harness.snapshot(ADOPTED, complete_until=1_000)
    harness.snapshot(position(LONG, "1", "100"), requested_at=3_000)
    missed = fill("sell 1 @ 110", 2_000)
    harness.snapshot(position(LONG, "1", "100"), requested_at=4_000, fills=(missed,))
    assert harness.announced[-1].fill == missed
    assert harness.only.state.adopted_at is None
    assert harness.only.state.cumulative_totals.realized_pnl == 10


def test_restart_between_the_snapshots_ends_the_same():
    later = {"requested_at": 2_000, "fills": tuple(fills("buy 1 @ 99, buy 1 @ 101"))}
    whole = adopted().snapshot(ADOPTED, **later)
    assert adopted().restarted().snapshot(ADOPTED, **later).only.state == whole.only.state
    assert whole.restarted().only.state == whole.only.state


def test_adoptions_are_those_that_positions_began_with():
    harness = adopted().snapshot(position(LONG, "3", "100"), requested_at=2_000)
    (begun,) = harness.tracker.adoptions()
    assert (begun.contracts, begun.as_of) == (2, 1_000)
    assert harness.restarted().tracker.adoptions() == (begun,)


def test_progress_is_kept_by_a_failed_reading():
    harness = adopted().snapshot(ADOPTED, history="3 of 12 markets read")
    harness.tracker.apply(AccountFailed("bitget: no answer in time"))
    assert harness.health.history == "3 of 12 markets read"
    assert harness.snapshot(ADOPTED).health.history is None
