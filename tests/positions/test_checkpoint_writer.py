"""A start from a checkpoint restores the same as all records would, however many there are."""

import random
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.audit.trail_files import trail_files
from dashboard.audit.trail_reader import read_records
from dashboard.domain import event_log, pruning
from dashboard.positions import checkpoint_writer
from dashboard.positions.trail_replay import TrailReplay, restore_trail
from tests.audit.builders import NOON, only_file, write_lines
from tests.domain.builders import BOTH, LONG, row
from tests.domain.fill_histories import ACCOUNT, fill, fills, funding, histories
from tests.positions.trail_harness import TrailHarness, is_empty
from tests.waiting import TIMEOUT_S, until


@pytest.fixture(scope="module")
def small_limits() -> Iterator[None]:
    """Events are pruned soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event_log, "_CHECKPOINT_EVERY_EVENTS", 2)
        patch.setattr(pruning, "FEW_EVENTS", 4)
        patch.setattr(pruning, "_LATE_MS", 2)
        patch.setattr(checkpoint_writer, "_ITEMS_PER_LINE", 3)
        yield


def full_replay(directory: Path, account: str = ACCOUNT) -> dict[str, object]:
    """The states by all records of the trail, without its checkpoints."""
    replay = TrailReplay()
    for record in read_records(directory):
        replay.add(record.kind, record.entry)
    states = replay.take(account).journal.positions
    return {state.key.label: state for state in states if not is_empty(state)}


@settings(max_examples=150)
@given(history=histories(max_size=14) | histories(legs=BOTH, max_size=14), dice=st.randoms())
def test_restart_from_a_checkpoint_equals_a_replay_of_all_records(
    small_limits, tmp_path_factory, history, dice: random.Random
):
    """With fills in any order and repeated, corrections, modes, disagreements, readings and checkpoints."""
    trail, hedged = TrailHarness(tmp_path_factory.mktemp("trail")), history[0].position_side is not None
    arrivals = history + dice.sample(history, len(history) // 2)
    dice.shuffle(arrivals) if dice.random() < 0.3 else None
    for each in arrivals:
        trail.harness.fills(each)
        at, of = each.traded_at, each.instrument
        if dice.random() < 0.2:
            trail.harness.snapshot(funding=(funding("-0.5", at, of=of),), complete_until=at)
        if dice.random() < 0.2:
            held = row(dice.choice(BOTH), str(dice.randint(1, 3)), "100", mark="110", notional="999", of=of)
            trail.harness.price("110", of.symbol)
            trail.harness.snapshot(held, requested_at=at + 1, hedged=dice.choice([None, hedged]))
        is_sealed = dice.random() < 0.3 and trail.checkpoints.write()
        if dice.random() < 0.3:
            before = trail
            trail = trail.restarted()
            assert trail.states == before.states
            if is_sealed:
                assert trail.harness.tracker.history == before.harness.tracker.history
    assert full_replay(trail.directory) == trail.states
    assert not trail.verify().defects


def test_checkpoint_with_the_newest_events_recognises_repeated_ones(tmp_path):
    trail = TrailHarness(tmp_path)
    history = fills("buy 2 @ 100, sell 1 @ 110, buy 3 @ 90")
    trail.harness.fills(*history)
    assert trail.checkpoints.write()
    again = trail.restarted()
    lines = again.log.head
    again.harness.fills(*history)
    assert again.log.head == lines
    assert again.states == trail.states


def test_start_reads_only_the_lines_after_the_checkpoint(tmp_path):
    """The lines before it are not even valid any more."""
    trail = TrailHarness(tmp_path)
    trail.harness.fills(*fills("buy 2 @ 100, sell 1 @ 110"))
    trail.checkpoints.write()
    trail.harness.fills(fill("buy 3 @ 90", 9))
    lines = only_file(tmp_path).read_bytes().splitlines(keepends=True)
    write_lines(only_file(tmp_path), [b"junk\n", b"junk\n", *lines[2:]])
    assert trail.restarted().states == trail.states


@pytest.mark.parametrize("lines_left", [-1, -2, -3], ids=["end", "last part", "parts"])
def test_incomplete_checkpoint_counts_for_nothing(tmp_path, lines_left, monkeypatch):
    """As after a crash while it was written: the one before it is used."""
    monkeypatch.setattr(checkpoint_writer, "_ITEMS_PER_LINE", 3)
    trail = TrailHarness(tmp_path)
    trail.harness.fills(*fills("buy 2 @ 100, sell 1 @ 110"))
    trail.checkpoints.write()
    trail.harness.fills(fill("buy 3 @ 90", 9))
    trail.checkpoints.write()
    lines = only_file(tmp_path).read_bytes().splitlines(keepends=True)
    write_lines(only_file(tmp_path), lines[:lines_left])
    again = trail.restarted()
    assert again.states == trail.states
    assert again.trail.checkpoint.begin.seq == 3
    assert again.checkpoints.write()
    assert again.restarted().states == trail.states
    assert again.verify().intact


@pytest.mark.parametrize("stage", ["begin", "part", "end"])
def test_changed_checkpoint_is_not_used(tmp_path, stage, caplog):
    trail = TrailHarness(tmp_path)
    trail.harness.fills(*fills("buy 2 @ 100, sell 1 @ 110"))
    trail.checkpoints.write()
    place = f'"stage":"{stage}"'.encode()
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes().replace(place, place.replace(b":", b": ")))
    again = trail.restarted()
    assert again.states == trail.states
    assert again.trail.checkpoint is None
    assert "its hash does not match its content" in caplog.text


@pytest.mark.parametrize("content", [[["nothing"]], [["fill", 0, {}]], [3], [["account", None, None]], [[]]])
def test_checkpoint_with_invalid_content_is_not_used(tmp_path, content, caplog):
    trail = TrailHarness(tmp_path)
    trail.harness.fills(*fills("buy 2 @ 100, sell 1 @ 110"))
    trail.log.record("checkpoint", {"stage": "begin"})
    trail.log.record("checkpoint", {"stage": "part", "begun": 3, "number": 1, "content": content})
    trail.log.record("checkpoint", {"stage": "end", "begun": 3, "parts": 1})
    again = trail.restarted()
    assert again.states == trail.states
    assert "an earlier one is used" in caplog.text
    assert trail.verify().defects[0].defect == "content"


def test_other_accounts_of_the_trail_stay_in_the_checkpoint(tmp_path):
    alice = TrailHarness(tmp_path, "alice")
    alice.harness.fills(fill("buy 2 @ 100"))
    alice.checkpoints.write()
    bob = alice.restarted("bob")
    bob.harness.fills(fill("sell 1 @ 90"))
    bob.checkpoints.write()
    alice = bob.restarted("alice")
    assert [each.contracts for each in alice.states.values()] == [2]
    assert [each.contracts for each in alice.restarted("bob").states.values()] == [-1]
    assert bob.verify().intact


def test_other_accounts_keep_no_old_events(tmp_path):
    alice = TrailHarness(tmp_path, "alice")
    alice.harness.fills(*fills("buy 2 @ 100, sell 1 @ 110, buy 1 @ 90"))
    bob = alice.restarted("bob")
    bob.checkpoints.write()
    again = bob.restarted("alice")
    (history,) = again.harness.tracker.history.markets
    assert (history.events, again.states) == ((), alice.states)
    assert again.verify().intact


def test_disagreement_with_the_exchange_stays_in_the_checkpoint(tmp_path):
    """As it was recorded: the same at another price is not recorded again."""
    trail = TrailHarness(tmp_path)
    trail.harness.fills(fill("buy 2 @ 100")).price("110")
    trail.harness.snapshot(row(LONG, "2", "100", mark="110", notional="22", pnl="2"))
    trail.harness.price("120").snapshot(row(LONG, "2", "100", mark="120", notional="24", pnl="4"))
    trail.checkpoints.write()
    again = trail.restarted()
    assert again.harness.only.is_withheld
    assert again.trail.checkpoint is not None
    again.harness.price("120").snapshot(row(LONG, "2", "100", mark="120", notional="240", pnl="40"))
    again.checkpoints.write()
    assert not again.restarted().harness.only.is_withheld
    assert again.verify().intact


def test_lines_written_between_those_of_a_checkpoint_come_after_it(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint_writer, "_ITEMS_PER_LINE", 1)
    trail = TrailHarness(tmp_path)
    trail.harness.fills(*fills("buy 2 @ 100, sell 1 @ 110"))
    real, later = trail.log.record, iter(fills("buy 1 @ 1, buy 1 @ 2, buy 1 @ 3")[2:])

    def record(kind, entry):
        for each in later:
            trail.harness.fills(each)
        return real(kind, entry)

    monkeypatch.setattr(trail.log, "record", record)
    assert trail.checkpoints.write()
    assert [each.contracts for each in trail.states.values()] == [2]
    assert trail.restarted().states == trail.states
    assert trail.verify().intact


# --- The time of a checkpoint


def test_checkpoint_is_due_after_some_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint_writer, "CHECKPOINT_EVERY_LINES", 3)
    trail = TrailHarness(tmp_path)
    trail.harness.fills(*fills("buy 2 @ 100, sell 1 @ 110"))
    assert not trail.checkpoints.is_due
    trail.harness.fills(fill("buy 3 @ 90", 9))
    assert trail.checkpoints.is_due
    trail.checkpoints.write()
    assert not trail.checkpoints.is_due
    assert not trail.restarted().checkpoints.is_due


def test_checkpoint_is_due_with_the_first_line_of_a_day(tmp_path):
    trail = TrailHarness(tmp_path)
    trail.harness.fills(fill("buy 2 @ 100"))
    trail.checkpoints.write()
    trail.clock.advance(days=1)
    assert not trail.checkpoints.is_due
    trail.harness.fills(fill("buy 3 @ 90", 9))
    assert trail.checkpoints.is_due
    assert trail.restarted().checkpoints.is_due


def test_long_trail_without_checkpoints_gets_one(tmp_path, monkeypatch):
    trail = TrailHarness(tmp_path)
    trail.harness.fills(*fills("buy 2 @ 100, sell 1 @ 110, buy 3 @ 90"))
    monkeypatch.setattr(checkpoint_writer, "CHECKPOINT_EVERY_LINES", 3)
    monkeypatch.setattr(checkpoint_writer, "_CHECK_INTERVAL_S", 0.001)
    again = trail.restarted()
    with again.checkpoints:
        until(lambda: not again.checkpoints.is_due)
    assert again.restarted().trail.checkpoint.begin.seq == 4


def test_last_checkpoint_is_written_at_the_end(tmp_path):
    trail = TrailHarness(tmp_path)
    with trail.checkpoints:
        trail.harness.fills(fill("buy 2 @ 100"))
    again = trail.restarted()
    assert again.trail.checkpoint.begin.seq == 2
    head = again.log.head
    with again.checkpoints:
        pass
    assert again.log.head == head, "nothing is new since then"


def test_checkpoint_that_fails_is_repeated(tmp_path, monkeypatch):
    trail = TrailHarness(tmp_path)
    trail.harness.fills(*fills("buy 2 @ 100, sell 1 @ 110, buy 3 @ 90"))
    monkeypatch.setattr(checkpoint_writer, "CHECKPOINT_EVERY_LINES", 1)
    monkeypatch.setattr(checkpoint_writer, "_CHECK_INTERVAL_S", 0.001)
    failed = threading.Event()

    def fail(*_given: object) -> None:
        monkeypatch.undo()
        failed.set()
        raise MemoryError

    monkeypatch.setattr(checkpoint_writer, "encode", fail)
    with trail.checkpoints:
        assert failed.wait(TIMEOUT_S)
    assert trail.restarted().trail.checkpoint is not None
    assert trail.verify().intact


# --- Limits


def test_number_of_kept_events_is_limited(tmp_path, monkeypatch):
    monkeypatch.setattr(pruning, "MANY_EVENTS", 100)
    trail = TrailHarness(tmp_path)
    for at in range(1000):
        trail.harness.fills(fill(f"{'sell' if at % 3 else 'buy'} 1 @ {100 + at % 7}", at))
    trail.checkpoints.write()
    (history,) = trail.harness.tracker.history.markets
    assert 100 <= len(history.events) < 100 + 64
    assert trail.restarted().states == trail.states == full_replay(tmp_path)
    assert trail.verify().intact


def test_replay_of_a_long_trail_without_checkpoints_needs_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(pruning, "MANY_EVENTS", 200)
    monkeypatch.setattr("dashboard.positions.trail_replay._PRUNE_EVERY_RECORDS", 100)
    trail = TrailHarness(tmp_path)
    for at in range(1000):
        trail.harness.fills(fill(f"{'sell' if at % 3 else 'buy'} 1 @ {100 + at % 7}", at))
    again = trail.restarted()
    (history,) = again.harness.tracker.history.markets
    assert 200 <= len(history.events) < 200 + 100 + 64
    assert again.states == trail.states


def test_start_opens_only_the_files_since_the_checkpoint(tmp_path):
    trail = TrailHarness(tmp_path)
    for day in range(9):
        trail.clock.now = NOON + timedelta(days=day)
        trail.harness.fills(fill("buy 1 @ 100", day))
        if day == 6:
            trail.checkpoints.write()
    for file in trail_files(tmp_path)[:6]:
        file.path.write_bytes(b"")
    assert trail.restarted().states == trail.states
    assert restore_trail(tmp_path).checkpoint is not None
