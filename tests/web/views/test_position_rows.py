"""The table's rows: texts to show, numbers to sort by, and nothing that is made of an old price."""

import pytest

from dashboard.domain.market import Payoff
from dashboard.formatting import MISSING
from dashboard.positions.models import EventLogEntry
from dashboard.web.views.position_rows import RowCache, happened, row, totals
from tests.domain.builders import LONG, instrument, position
from tests.domain.fill_histories import fill, fills, funding
from tests.positions.harness import FRESH, TrackerHarness


def open_position(**terms: str) -> TrackerHarness:
    """Two coins bought at 100, now at 110."""
    books = TrackerHarness().fills(fill("buy 2 @ 100", fee="0.5"))
    return books.reading(position(LONG, "2", "100", **terms)).price("110")


def shown(books: TrackerHarness) -> dict[str, object]:
    return dict(row(books.only, books.now))


def test_a_whole_row():
    cells = shown(open_position(liquidation="91", margin_mode="isolated"))
    assert cells | {
        "label": "BTC/USDT:USDT", "symbol": "BTC/USDT", "side": "Long 10×", "side:tone": "up",
        "size": "2", "unit": "BTC", "pnl": "+20.00", "pnl#": 20.0, "pnl:tone": "up", "roe": "+100.00\u2009%",
        "realized": "0.00", "fees": "0.50", "funding": "0", "away": "−17.27\u2009%", "risk": "PROFIT",
        "risk:icon": "profit", "age": 0, "stale": FRESH, "note": "",
    } == cells  # fmt: skip
    assert cells["liquidation#"] == 91.0


def test_without_a_price_no_figure_is_zero():
    cells = shown(TrackerHarness().fills(fill("buy 2 @ 100")))
    for name in ("mark", "pnl", "roe", "away"):
        assert cells[name] == MISSING, name
        assert cells[f"{name}#"] is None
    assert (cells["age"], cells["risk"]) == (None, "UNKNOWN")


def test_an_old_price_leaves_no_figure():
    books = open_position()
    books.now += FRESH + 1
    assert shown(books)["pnl"] == MISSING


def test_an_estimated_liquidation_says_so():
    assert str(shown(open_position(margin_mode="isolated"))["liquidation"]).startswith("≈ ")


@pytest.mark.parametrize(
    ("books", "note"),
    [
        (TrackerHarness().fills(fill("buy 2 @ 100")).reading(), "missing there"),
        (TrackerHarness().reading(position(LONG, "2", "100")), "adopted"),
        (TrackerHarness().fills(fill("buy 2 @ 100")), ""),
    ],
    ids=["difference", "adopted", "none"],
)
def test_a_mark_says_what_is_to_know(books: TrackerHarness, note: str):
    assert note in str(shown(books)["note"])


def test_fees_that_were_not_told_are_marked():
    assert shown(TrackerHarness().fills(*fills("buy 2 @ 100, buy 1 @ 100")))["fees"] == "?"
    assert (
        shown(TrackerHarness().fills(fill("buy 2 @ 100", 1, "0.5"), fill("buy 1 @ 100", 2)))["fees"]
        == "0.50?"
    )


def test_funding_has_its_sign():
    books = open_position().reading(position(LONG, "2", "100"), funding=(funding("-1.25", 9),))
    assert shown(books)["funding"] == "−1.25"


def test_a_coin_margined_position_is_in_coins():
    coin = instrument(Payoff.INVERSE_BASE)
    books = TrackerHarness().fills(fill("buy 2 @ 100", of=coin)).price("200", coin.symbol)
    assert (shown(books)["pnl#"], shown(books)["settle"]) == (1.0, "BTC")


def test_a_row_is_made_again_only_when_something_changed():
    books, rows = open_position(), RowCache()
    first = rows.of(books.tracker.get_all_positions())
    assert rows.of(books.tracker.get_all_positions())["BTC/USDT:USDT"] is first["BTC/USDT:USDT"]
    books.price("111")
    assert rows.of(books.tracker.get_all_positions())["BTC/USDT:USDT"] is not first["BTC/USDT:USDT"]
    assert rows.of({}) == {}


def test_the_line_of_totals():
    books = open_position().fills(fill("sell 1 @ 120", 2_000)).price("110")
    assert totals(books.tracker.summary()) == {
        "sum-count": "1", "sum-exposure": "110.00", "sum-exposure:tone": "neutral",
        "sum-unrealized": "+10.00", "sum-unrealized:tone": "up",
        "sum-realized": "+20.00", "sum-realized:tone": "up", "sum-total": "+30.00", "sum-total:tone": "up",
    }  # fmt: skip
    assert totals(TrackerHarness().fills(fill("buy 1 @ 1")).tracker.summary())["sum-total"] == MISSING


def test_before_the_account_was_read_nothing_is_zero():
    assert set(totals(TrackerHarness().tracker.summary()).values()) == {MISSING, "unknown"}
    assert totals(TrackerHarness().reading().tracker.summary())["sum-count"] == "0"


def test_the_list_of_events_is_short_and_tells_the_newest_first():
    noted = tuple(EventLogEntry(at, "BTC/USDT:USDT", "fill", "buy 1 BTC at 2") for at in range(50, 0, -1))
    assert happened(noted, most=3) == [(at, "BTC/USDT:USDT", "fill", "buy 1 BTC at 2") for at in (50, 49, 48)]
    said = open_position().fills(fill("sell 1.5 @ 110", 2_000)).tracker.events[0]
    assert said.text == "sell 1.5 BTC at 110, realised +15.00 USDT"
