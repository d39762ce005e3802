"""A record that could not be written loses nothing at the next start: the exchange is asked for it again."""

import errno
from decimal import Decimal

import pytest

from dashboard.feed.history_reader import _OVERLAP_MS
from tests.audit.broken_disk import Disk
from tests.audit.builders import kinds
from tests.domain.builders import LONG, SHORT, position
from tests.domain.fill_histories import fill
from tests.positions.harness import BTC
from tests.positions.trail_harness import TrailHarness

HOUR_MS = 3_600_000
OPENING, LOST, LATER = (
    fill("buy 3 @ 100", 1 * HOUR_MS),
    fill("sell 1 @ 110", 2 * HOUR_MS + 1),
    fill("sell 1 @ 120", 3 * HOUR_MS + 1),
)


@pytest.fixture
def trail(tmp_path, monkeypatch):
    """Long 1 of 3, with 30 realised, of which 10 by the fill whose record was lost."""
    disk, trail = Disk(monkeypatch), TrailHarness(tmp_path)
    trail.harness.fills(OPENING)
    trail.harness.snapshot(position(LONG, "3", "100"), complete_until=2 * HOUR_MS)
    disk.error = errno.ENOSPC
    trail.harness.fills(LOST)
    disk.error = None
    trail.harness.fills(LATER)
    trail.harness.snapshot(position(LONG, "1", "100"), requested_at=4 * HOUR_MS, complete_until=4 * HOUR_MS)
    return trail


def realized(trail: TrailHarness) -> Decimal:
    return trail.states[BTC].cumulative_totals.realized_pnl


def test_later_readings_are_not_recorded(trail):
    assert trail.harness.kinds == ["fill", "reading", "fill", "fill"]
    assert kinds(trail.directory) == ["fill", "reading", "gap", "fill"]
    assert trail.harness.tracker.complete_until == 4 * HOUR_MS


def test_restart_requests_the_lost_fill_again(trail):
    """As `HistoryReader` does: all fills from the last complete reading on, with an overlap."""
    again = trail.restarted()
    since = again.harness.tracker.complete_until - _OVERLAP_MS
    history = [each for each in (OPENING, LOST, LATER) if each.traded_at >= since]
    again.harness.snapshot(
        position(LONG, "1", "100"), fills=tuple(history), requested_at=5 * HOUR_MS, complete_until=5 * HOUR_MS
    )
    assert realized(again) == realized(trail) == 30
    assert "correction" not in kinds(trail.directory)
    assert again.restarted().harness.tracker.complete_until == 5 * HOUR_MS


def test_checkpoint_contains_the_lost_fill(trail):
    assert trail.checkpoints.is_due
    assert trail.checkpoints.write()
    assert not trail.checkpoints.is_due
    again = trail.restarted()
    assert again.states == trail.states
    assert again.harness.tracker.complete_until == 4 * HOUR_MS
    assert again.verify().intact
    assert again.verify().lost == 1


def test_readings_are_recorded_again_after_the_checkpoint(trail):
    trail.checkpoints.write()
    trail.harness.fills(fill("sell 1 @ 90", 5 * HOUR_MS))
    trail.harness.snapshot(requested_at=6 * HOUR_MS, complete_until=6 * HOUR_MS)
    assert kinds(trail.directory)[-2:] == ["fill", "reading"]


def test_checkpoint_that_fails_is_not_counted_as_lost(trail, monkeypatch):
    disk = Disk(monkeypatch)
    disk.error = errno.ENOSPC
    assert not trail.checkpoints.write()
    assert trail.log.degraded.lost == 0
    trail.harness.fills(fill("sell 2 @ 90", 5 * HOUR_MS))
    assert not trail.checkpoints.write()
    assert trail.log.degraded.lost == 1
    disk.error = None
    assert trail.checkpoints.write()
    assert trail.log.degraded is None
    assert trail.restarted().states[BTC].side is SHORT
    assert trail.verify().lost == 2


def test_event_lost_while_a_checkpoint_is_written_stays_missing(trail, monkeypatch):
    """The checkpoint began before it."""
    real, disk = trail.log.record, Disk(monkeypatch)

    def record(kind, entry):
        monkeypatch.setattr(trail.log, "record", real)
        disk.error = errno.ENOSPC
        trail.harness.fills(fill("sell 2 @ 90", 5 * HOUR_MS))
        disk.error = None
        return real(kind, entry)

    monkeypatch.setattr(trail.log, "record", record)
    assert trail.checkpoints.write()
    assert trail.checkpoints.is_due
    assert trail.checkpoints.write()
    assert not trail.checkpoints.is_due
    assert trail.restarted().states == trail.states
    assert trail.verify().intact


def test_lost_reading_is_recorded_with_the_next_one(tmp_path, monkeypatch):
    disk, trail = Disk(monkeypatch), TrailHarness(tmp_path)
    trail.harness.fills(OPENING)
    disk.error = errno.ENOSPC
    trail.harness.snapshot(position(LONG, "3", "100"), complete_until=2 * HOUR_MS)
    disk.error = None
    trail.harness.snapshot(position(LONG, "3", "100"), requested_at=3 * HOUR_MS, complete_until=3 * HOUR_MS)
    assert kinds(tmp_path) == ["fill", "gap", "reading"]
    assert trail.restarted().harness.tracker.complete_until == 3 * HOUR_MS
