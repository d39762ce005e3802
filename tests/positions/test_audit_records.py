"""A line of the trail holds the whole event, and gives it back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.audit.records import to_json
from dashboard.domain.journal import Journal
from dashboard.domain.position import Side
from dashboard.positions.audit_records import record_kind, record_of, restore_positions, snapshot_record
from tests.domain.fill_histories import ACCOUNT, adopted, fill, funding, histories
from tests.positions.harness import TrackerHarness


def lines(events):
    """What the trail holds of events, through JSON and back."""
    book = Journal(ACCOUNT)
    for event in events:
        before = book.position(book.key_of(event))
        after = book.add(event)
        entry = record_of(event, ACCOUNT, before, after)
        yield record_kind(event), json.loads(to_json(entry))


@given(histories(legs=(Side.LONG, Side.SHORT)) | histories())
def test_fills_come_back_as_they_were(history):
    assert list(restore_positions(ACCOUNT, lines(history)).events) == history


@pytest.mark.parametrize(
    "event",
    [
        funding("-0.25", 7),
        funding("1E-12", 7, leg=Side.SHORT),
        adopted("-2.5", "100.1", 9, replaces_history=True, opened_at=3),
        adopted("0", "0", 9, position_side=Side.LONG),
    ],
    ids=["paid", "received in hedge mode", "short", "flat"],
)
def test_payments_and_adoptions_too(event):
    assert restore_positions(ACCOUNT, lines([event])).events == (event,)


def test_up_to_when_nothing_is_missing():
    assert (
        restore_positions(ACCOUNT, [snapshot_record(ACCOUNT, 5), snapshot_record(ACCOUNT, 9)]).complete_until
        == 9
    )
    assert restore_positions(ACCOUNT, [snapshot_record("other", 5)]).complete_until is None


@pytest.mark.parametrize("damage", [{"event": {}}, {"event": None}, {"instrument": {"symbol": 1}}])
def test_a_line_that_cannot_be_read_is_left_out_and_logged(damage, caplog: pytest.LogCaptureFixture):
    [(kind, entry)], whole = list(lines([fill("buy 1 @ 2")])), fill("sell 1 @ 3", 2)
    restored = restore_positions(ACCOUNT, [(kind, entry | damage), *lines([whole])])
    assert restored.events == (whole,)
    assert "left out" in caplog.text


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
def test_no_damaged_figure_keeps_a_tracker_from_starting(part: str, damage: dict[str, object]):
    [(kind, entry)], whole = list(lines([fill("buy 1 @ 2")])), fill("sell 1 @ 3", 2)
    damaged = (kind, entry | {part: entry[part] | damage})
    assert TrackerHarness(restored=restore_positions(ACCOUNT, [damaged, *lines([whole])])).known


@pytest.mark.parametrize("entry", [None, [], "text"])
def test_a_line_that_is_no_entry_at_all_is_left_out(entry):
    assert restore_positions(ACCOUNT, [("fill", entry)]).events == ()


@given(st.text())
def test_lines_of_other_kinds_are_none_of_its_business(kind):
    if kind not in ("fill", "funding", "correction", "reading"):
        assert restore_positions(ACCOUNT, [(kind, {"account": ACCOUNT})]).events == ()


def test_a_line_tells_what_was_before_and_after():
    *_, (_, entry) = lines([fill("buy 2 @ 100"), fill("sell 1 @ 110", 2, fee="0.1")])
    assert entry["change"] == "reduce"
    assert (entry["before"]["contracts"], entry["after"]["contracts"]) == ("2", "1")
    assert (entry["after"]["realized_pnl"], entry["after"]["fees"]) == ("10", {"USDT": "0.1"})
