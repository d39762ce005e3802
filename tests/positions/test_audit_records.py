"""Audit records contain the whole event and restore it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.audit.records import to_json
from dashboard.domain.journal import Journal
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.position import Side
from dashboard.positions.audit_records import record_kind, record_of, snapshot_record
from tests.domain.builders import instrument
from tests.domain.fill_histories import ACCOUNT, adopted, fill, funding, histories, journal
from tests.positions.harness import TrackerHarness, restore_positions


def records(events):
    """The records of events, encoded as JSON and decoded."""
    book = Journal(ACCOUNT)
    for event in events:
        entry = book.add(event)
        yield record_kind(entry), json.loads(to_json(record_of(entry, ACCOUNT)))


def restored_events(given):
    return tuple(event for history in restore_positions(given).journal.histories for event in history.events)


@given(histories(legs=(Side.LONG, Side.SHORT)) | histories())
def test_fills_are_restored_unchanged(history):
    restored = restore_positions(records(history)).journal
    assert restored.histories == journal(history).histories


@pytest.mark.parametrize(
    "event",
    [
        funding("-0.25", 7),
        funding("1E-12", 7, leg=Side.SHORT),
        adopted("-2.5", "100.1", 9, replaces_history=True, opened_at=3),
        adopted("0", "0", 9, position_side=Side.LONG),
        adopted("1", "100", 9).before(fill("sell 1 @ 100", 5)),
        ModeChange(instrument(), hedged=True, as_of=4),
        ModeChange(instrument(), hedged=False, as_of=4),
    ],
    ids=["paid", "received in hedge mode", "short", "flat", "backdated", "hedge mode", "one-way mode"],
)
def test_other_events_are_restored_unchanged(event):
    assert restored_events(records([event])) == (event,)


def test_newest_complete_snapshot_of_the_account_is_restored():
    readings = [snapshot_record(ACCOUNT, 5), snapshot_record(ACCOUNT, 9), snapshot_record("other", 7)]
    assert restore_positions(readings).complete_until == 9
    assert restore_positions(readings, "a third one").complete_until is None


@pytest.mark.parametrize("damage", [{"event": {}}, {"event": None}, {"instrument": {"symbol": 1}}])
def test_invalid_record_is_skipped_and_logged(damage, caplog: pytest.LogCaptureFixture):
    [(kind, entry)], whole = list(records([fill("buy 1 @ 2")])), fill("sell 1 @ 3", 2)
    assert restored_events([(kind, entry | damage), *records([whole])]) == (whole,)
    assert "skipped" in caplog.text


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("event", {"contracts": "Infinity"}),
        ("event", {"price": "NaN"}),
        ("event", {"price": "1E+999999"}),
        ("event", {"fees": [["sNaN", "USDT"]]}),
        ("event", {"fees": [["1", ["USDT"]]]}),
        ("event", {"traded_at": "soon"}),
        ("instrument", {"contract_size": "0"}),
        ("instrument", {"symbol": ["BTC"]}),
    ],
)
def test_tracker_starts_despite_a_record_with_an_invalid_field(part: str, damage: dict[str, object]):
    [(kind, entry)], whole = list(records([fill("buy 1 @ 2")])), fill("sell 1 @ 3", 2)
    damaged = (kind, entry | {part: entry[part] | damage})
    assert TrackerHarness(restored=restore_positions([damaged, *records([whole])])).known


@pytest.mark.parametrize("entry", [None, [], "text"])
def test_record_that_is_not_an_object_is_skipped(entry):
    assert restored_events([("fill", entry)]) == ()


def test_late_fee_is_a_record_of_its_own():
    bare, complete = fill("buy 1 @ 2"), fill("buy 1 @ 2", fee="0.1")
    recorded = list(records([bare, complete]))
    assert [kind for kind, _ in recorded] == ["fill", "supplement"]
    assert restored_events(recorded) == (complete,)


@given(st.text())
def test_records_of_other_kinds_are_ignored(kind):
    if kind not in ("fill", "supplement", "funding", "correction", "mode", "reading"):
        assert restored_events([(kind, {"account": ACCOUNT})]) == ()


def test_record_contains_the_state_before_and_after():
    *_, (_, entry) = records([fill("buy 2 @ 100"), fill("sell 1 @ 110", 2, fee="0.1")])
    assert entry["change"] == "reduce"
    assert (entry["before"]["contracts"], entry["after"]["contracts"]) == ("2", "1")
    assert (entry["after"]["realized_pnl"], entry["after"]["fees"]) == ("10", {"USDT": "0.1"})
