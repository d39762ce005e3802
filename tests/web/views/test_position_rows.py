"""Rows of the positions table: texts to show, numbers to sort by, and no figure of an old price."""

import pytest

from dashboard.domain.events import InstrumentResolved
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Payoff
from dashboard.domain.position_selection import ManualEntry
from dashboard.domain.position_state import PositionChange
from dashboard.formatting import MISSING
from dashboard.positions.labels import PositionLabels
from dashboard.positions.models import EventLogEntry, ReportCheck
from dashboard.web.views.position_rows import RowCache, event_rows, row, totals
from tests.domain.builders import LONG, entered_long, instrument, position
from tests.domain.fill_histories import fill, fills, funding
from tests.positions.harness import BTC, FRESH, TrackerHarness


def open_position(**terms: str) -> TrackerHarness:
    """Two coins bought at 100, now at 110."""
    harness = TrackerHarness().fills(fill("buy 2 @ 100", fee="0.5"))
    return harness.snapshot(position(LONG, "2", "100", **terms)).price("110")


def shown(harness: TrackerHarness) -> dict[str, object]:
    return dict(row(BTC, harness.only, harness.now))


def test_row_has_all_cells():
    cells = shown(open_position(liquidation="91", margin_mode="isolated"))
    assert cells | {
        "label": "BTC/USDT:USDT", "symbol": "BTC/USDT", "side": "Long 10×", "side:tone": "up",
        "size": "2", "unit": "BTC", "pnl": "+20.00", "pnl#": 20.0, "pnl:tone": "up", "roe": "+100.00\u2009%",
        "realized": "0.00", "fees": "0.50", "funding": "0", "away": "−17.27\u2009%", "risk": "PROFIT",
        "risk:icon": "profit", "age": 0, "stale": FRESH, "note": "",
    } == cells  # fmt: skip
    assert cells["liquidation#"] == 91.0


def test_figures_without_a_price_are_unknown():
    cells = shown(TrackerHarness().fills(fill("buy 2 @ 100")))
    for name in ("mark", "pnl", "roe", "away"):
        assert cells[name] == MISSING, name
        assert cells[f"{name}#"] is None
    assert (cells["age"], cells["risk"]) == (None, "UNKNOWN")


def test_figures_of_an_old_price_are_unknown():
    harness = open_position()
    harness.now += FRESH + 1
    assert shown(harness)["pnl"] == MISSING


def test_estimated_liquidation_price_is_marked_in_the_row():
    assert str(shown(open_position(margin_mode="isolated"))["liquidation"]).startswith("≈ ")


@pytest.mark.parametrize(
    ("harness", "note"),
    [
        (TrackerHarness().fills(fill("buy 2 @ 100")).snapshot(), "missing there"),
        (TrackerHarness().snapshot(position(LONG, "2", "100")), "adopted"),
        (TrackerHarness().fills(fill("buy 2 @ 100")), ""),
    ],
    ids=["difference", "adopted", "none"],
)
def test_note_shows_difference_and_adoption(harness: TrackerHarness, note: str):
    assert note in str(shown(harness)["note"])


def test_unknown_fees_are_marked():
    assert shown(TrackerHarness().fills(*fills("buy 2 @ 100, buy 1 @ 100")))["fees"] == "?"
    assert (
        shown(TrackerHarness().fills(fill("buy 2 @ 100", 1, "0.5"), fill("buy 1 @ 100", 2)))["fees"]
        == "0.50?"
    )


def test_funding_is_signed():
    harness = open_position().snapshot(position(LONG, "2", "100"), funding=(funding("-1.25", 9),))
    assert shown(harness)["funding"] == "−1.25"


def test_figures_of_a_coin_margined_position_are_in_coins():
    coin = instrument(Payoff.INVERSE_BASE)
    harness = TrackerHarness().fills(fill("buy 2 @ 100", of=coin)).price("200", coin.symbol)
    assert (shown(harness)["pnl#"], shown(harness)["settle"]) == (1.0, "BTC")


def test_row_is_rendered_only_after_a_change():
    harness, rows = open_position(), RowCache()
    first = rows.rows(harness.open)
    assert rows.rows(harness.open)["BTC/USDT:USDT"] is first["BTC/USDT:USDT"]
    harness.price("111")
    assert rows.rows(harness.open)["BTC/USDT:USDT"] is not first["BTC/USDT:USDT"]
    assert rows.rows({}) == {}


def test_totals_are_in_dollars():
    harness = open_position().fills(fill("sell 1 @ 120", 2_000)).price("110")
    assert totals(harness.book.summary()) == {
        "sum-count": "1", "sum-exposure": "110.00", "sum-exposure:tone": "neutral",
        "sum-unrealized": "+10.00", "sum-unrealized:tone": "up",
        "sum-realized": "+20.00", "sum-realized:tone": "up", "sum-total": "+30.00", "sum-total:tone": "up",
    }  # fmt: skip
    assert totals(TrackerHarness().fills(fill("buy 1 @ 1")).book.summary())["sum-total"] == MISSING


def test_totals_are_unknown_before_the_account_is_read():
    assert set(totals(TrackerHarness().book.summary()).values()) == {MISSING, "unknown"}
    assert totals(TrackerHarness().snapshot().book.summary())["sum-count"] == "0"


def test_event_rows_are_the_newest_entries():
    labels, key = PositionLabels("test"), PositionKey("test", BTC)
    entries = tuple(EventLogEntry(at, key, PositionChange.OPEN, "buy 1 BTC at 2") for at in range(50, 0, -1))
    newest = event_rows(entries, labels, limit=3)
    assert newest == [(at, BTC, "open", "buy 1 BTC at 2") for at in (50, 49, 48)]
    sold = open_position().fills(fill("sell 1.5 @ 110", 2_000)).book.events[0]
    assert sold.text == "sell 1.5 BTC at 110, realised +15.00 USDT"


def test_end_of_a_difference_is_shown_as_a_difference():
    ended = EventLogEntry(
        1, PositionKey("test", BTC), ReportCheck.AGREEMENT, "agrees with the exchange again"
    )
    assert event_rows((ended,), PositionLabels("test"))[0][2] == "difference"


def test_note_marks_a_manual_position():
    harness = TrackerHarness()
    harness.markets.apply(harness.markets.main_key, InstrumentResolved(instrument()))
    harness.book.enter(harness.markets.main_key, ManualEntry(entered_long()))
    assert shown(harness)["note"] == "entered by hand"
