"""The fills since the opening of a position, found backwards from its size."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.fill import Fill
from dashboard.domain.opening_fills import fills_since_opening
from tests.domain.builders import BOTH, LONG, SHORT, dec, instrument
from tests.domain.fill_histories import adopted, after, fill, fills, histories


@pytest.mark.parametrize(
    ("history", "size", "first"),
    [
        pytest.param("buy 2 @ 100", "2", 0, id="one fill"),
        pytest.param("buy 2 @ 100, sell 1 @ 110, buy 3 @ 90", "4", 0, id="reduced and increased"),
        pytest.param("sell 9 @ 90, buy 2 @ 100", "2", 1, id="the close of an earlier position is left out"),
        pytest.param("buy 1 @ 90, sell 1 @ 95, buy 2 @ 100", "2", 2, id="an earlier position is left out"),
        pytest.param("sell 1 @ 90, buy 3 @ 100", "2", 0, id="a flip needs the position before it"),
        pytest.param("buy 1 @ 100, buy 1 @ 110", "3", None, id="older fills are missing"),
        pytest.param("buy 3 @ 100", "2", None, id="flipped by a fill whose position is missing"),
        pytest.param("", "2", None, id="no fills"),
    ],
)
def test_fills_are_those_since_the_opening(history: str, size: str, first: int | None) -> None:
    listed = fills(history)
    expected = None if first is None else tuple(listed[first:])
    assert fills_since_opening(reversed(listed), adopted(size, "100", 10)) == expected


def test_fills_after_the_adoption_are_not_counted() -> None:
    opening = fill("buy 2 @ 100", 10)
    assert fills_since_opening([opening, fill("buy 1 @ 100", 11)], adopted("2", "100", 10)) == (opening,)


def test_each_leg_of_a_hedge_has_its_own_fills() -> None:
    """The long was closed three hours ago; only its close is listed, which is no position."""
    listed = [fill("sell 0.5 @ 60000", 5, leg=SHORT), fill("sell 1 @ 62000", 7, leg=LONG)]
    short = adopted("-0.5", "60000", 10, position_side=SHORT)
    assert fills_since_opening(listed, short) == (listed[0],)


def test_sides_of_fills_do_not_count_in_one_way_mode() -> None:
    listed = [fill("buy 2 @ 100", 1, leg=LONG), fill("sell 1 @ 110", 2, leg=SHORT)]
    assert fills_since_opening(listed, adopted("1", "100", 10)) == tuple(listed)


def test_remainder_below_the_size_step_is_rounding() -> None:
    of = replace(instrument(), size_step=dec("0.001"))
    listed = [fill("buy 0.333 @ 100", 1, of=of), fill("buy 0.667 @ 100", 2, of=of)]
    assert fills_since_opening(listed, adopted("1.0004", "100", 10, of=of)) == tuple(listed)


@given(histories(legs=BOTH), st.data())
def test_found_fills_lead_to_the_size(history: list[Fill], data: st.DataObject) -> None:
    leg = data.draw(st.sampled_from(BOTH))
    of = history[0].instrument
    whole = after([each for each in history if each.position_side is leg], of=of, leg=leg)
    as_of = history[-1].traded_at
    if whole.contracts and whole.entry_price:
        taken = PositionAdjustment(of, whole.contracts, whole.entry_price, as_of, position_side=leg)
        found = fills_since_opening(data.draw(st.permutations(history)), taken)
        assert found
        assert after(found, of=of, leg=leg).contracts == whole.contracts
