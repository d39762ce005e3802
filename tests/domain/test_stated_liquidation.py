"""A stated liquidation price that the mark price has passed counts only if the price moved through it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.position import Position, Side
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.domain.stated_liquidation import with_crossed_liquidation, without_passed_liquidation
from tests.domain.builders import LONG, SHORT, dec, position


def read(side: Side, liquidation: str | None, mark: str | None) -> Position:
    """A position as the account client returns it."""
    row = replace(position(side, liquidation=liquidation), reported=ReportedFigures())
    return without_passed_liquidation(row, dec(mark))


@pytest.mark.parametrize("mode", ["cross", "isolated"])
@pytest.mark.parametrize(
    ("side", "stated", "mark", "kept"),
    [
        pytest.param(LONG, "91", "100", "91", id="long"),
        pytest.param(LONG, "91", "91", None, id="long at it"),
        pytest.param(LONG, "120", "100", None, id="long beyond it"),
        pytest.param(SHORT, "109", "100", "109", id="short"),
        pytest.param(SHORT, "109", "109", None, id="short at it"),
        pytest.param(SHORT, "80", "100", None, id="short beyond it"),
        pytest.param(LONG, "120", None, "120", id="row without a mark"),
        pytest.param(LONG, None, "100", None, id="none stated"),
    ],
)
def test_liquidation_price_passed_by_the_mark_of_its_row_is_unknown(
    side: Side, stated: str | None, mark: str | None, kept: str | None, mode: str
) -> None:
    row = replace(position(side, liquidation=stated, margin_mode=mode), reported=ReportedFigures())
    held = without_passed_liquidation(row, dec(mark))
    assert held.liquidation_price == dec(kept)
    if kept != stated:
        assert held.reported is not None
        assert held.reported.liquidation_price == dec(stated)


@pytest.mark.parametrize(
    ("before", "now", "price", "kept"),
    [
        pytest.param(("91", "100"), ("91", "90"), "90", "91", id="the price moved through it"),
        pytest.param(("91", "100"), ("91.2", "90"), "90", "91.2", id="and it moved a little"),
        pytest.param(("91", "100"), ("80", "90"), "90", "80", id="margin was added"),
        pytest.param(("91", "100"), ("120", "100"), "100", None, id="the account's net side changed"),
        pytest.param(("91", "100"), ("91", None), "90", "91", id="no mark in the row: the market's"),
        pytest.param((None, "100"), ("120", None), "100", None, id="passed already when first stated"),
        pytest.param(("91", "100"), (None, "100"), "100", None, id="no longer stated"),
        pytest.param(None, ("120", "100"), "100", None, id="first reading, beyond it"),
        pytest.param(None, ("91", "100"), "100", "91", id="first reading"),
    ],
)
def test_passed_liquidation_price_stands_after_the_price_moved_through_it(
    before: tuple[str | None, str] | None,
    now: tuple[str | None, str | None],
    price: str,
    kept: str | None,
) -> None:
    earlier = None if before is None else read(LONG, *before)
    assert with_crossed_liquidation(read(LONG, *now), earlier, Decimal(price)).liquidation_price == dec(kept)


def test_reading_of_the_other_side_is_not_compared() -> None:
    before, now = read(SHORT, "109", "100"), read(LONG, "120", "112")
    assert with_crossed_liquidation(now, before, Decimal(112)).liquidation_price is None
