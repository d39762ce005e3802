"""Readings that lag the newest fill, after a restart, and figures that were dated in the future."""

from tests.domain.builders import LONG, position
from tests.domain.fill_histories import fill
from tests.positions.harness import TrackerHarness

HELD = position(LONG, "2", "100")


def test_reading_soon_after_a_restored_fill_does_not_bring_a_closed_position_back():
    closing = fill("sell 2 @ 120", 114_000)
    first = TrackerHarness().snapshot(HELD, requested_at=100_000, complete_until=100_000)
    again = first.fills(closing).restarted()
    again.snapshot(HELD, requested_at=116_000, fills=(closing,), complete_until=110_000)
    assert not again.open
    again.snapshot(requested_at=125_000)
    assert not again.open


def test_newer_reading_counts_although_older_figures_were_dated_in_the_future():
    harness = TrackerHarness().snapshot(HELD, requested_at=700_000)
    harness.snapshot(position(LONG, "1", "100"), requested_at=130_000)
    assert harness.only.state.contracts == 1
