"""SPEC B1: closes of which fills are missing: nothing is made up."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from dashboard.domain.fill import Fill
from dashboard.domain.position_state import PositionState
from tests.domain.builders import BOTH, LONG
from tests.domain.fill_histories import adopted, after, fill, fills, histories, journal


def closed(trades: str, **last: object) -> PositionState:
    *before, close = fills(trades, leg=LONG)
    return after([*before, replace(close, **last)], leg=LONG)


@pytest.mark.parametrize(
    ("trades", "reported", "contracts", "realized", "unexplained"),
    [
        pytest.param("sell 1 @ 110", None, "-1", "0", 1, id="all of it: unknown"),
        pytest.param("sell 1 @ 110", "7", "-1", "7", 0, id="all of it: reported"),
        pytest.param("buy 2 @ 100, sell 3 @ 110", None, "-1", "20", 1, id="a part: the rest is unknown"),
        pytest.param("buy 2 @ 100, sell 3 @ 110", "27", "-1", "27", 0, id="a part: reported"),
        pytest.param("buy 2 @ 100, sell 2 @ 110", "9", "0", "20", 0, id="none: as computed"),
    ],
)
def test_realized_pnl_is_never_made_up(
    trades: str, reported: str | None, contracts: str, realized: str, unexplained: int
) -> None:
    state = closed(trades, realized_pnl=reported and Decimal(reported))
    total = state.cumulative_totals
    assert (state.contracts, total.realized_pnl) == (Decimal(contracts), Decimal(realized))
    assert (total.unexplained_closes, total.realized_dollars) == (unexplained, total.realized_pnl)
    assert total.complete_realized_pnl == (None if unexplained else total.realized_pnl)


def test_it_is_no_position() -> None:
    state = closed("buy 2 @ 100, sell 3 @ 110")
    assert state.is_contradictory
    assert (state.is_open, state.side, state.entry_price, state.position()) == (False, None, None, None)
    assert state.unrealized_pnl(Decimal(90)) == 0
    assert state.closed is not None
    assert (state.closed.side, state.closed.totals.realized_pnl) == (LONG, 20)


@pytest.mark.parametrize(
    ("trades", "contracts", "entry"),
    [
        pytest.param("sell 3 @ 110, buy 2 @ 100", "-1", None, id="a part of what is missing"),
        pytest.param("sell 3 @ 110, buy 3 @ 100", "0", None, id="all of it"),
        pytest.param("sell 3 @ 110, buy 5 @ 100", "2", "100", id="more"),
    ],
)
def test_next_openings_are_the_missing_ones(trades: str, contracts: str, entry: str | None) -> None:
    state = after(trades, leg=LONG)
    assert (state.contracts, state.entry_price) == (Decimal(contracts), entry and Decimal(entry))
    assert state.cumulative_totals.realized_pnl == 0


@pytest.mark.parametrize(
    ("taken", "more", "unexplained"),
    [
        pytest.param(("1", "100"), {}, 1, id="a part was closed"),
        pytest.param(("0", "0"), {}, 1, id="all of it"),
        pytest.param(("-5", "120"), {}, 1, id="all of it, and more"),
        pytest.param(("5", "104"), {}, 0, id="none: more was opened"),
        pytest.param(("1", "100"), {"replaces_history": True}, 0, id="none: the position begins with it"),
    ],
)
def test_realized_pnl_is_unknown_if_the_exchange_has_less(
    taken: tuple[str, str], more: dict[str, bool], unexplained: int
) -> None:
    state = after([*fills("buy 3 @ 100, sell 1 @ 110"), adopted(*taken, 5, **more)])
    total = state.cumulative_totals
    assert total.unexplained_closes == unexplained
    assert total.complete_realized_pnl == (None if unexplained else total.realized_pnl)


def test_late_fill_makes_realized_pnl_known_again() -> None:
    events = [*fills("buy 3 @ 100, sell 1 @ 110"), adopted("1", "100", 5)]
    book = journal(events)
    book.add(fill("sell 1 @ 120", 4))
    [state] = book.positions
    assert state.contracts == 1
    assert state.cumulative_totals.complete_realized_pnl == 30


@given(histories(legs=BOTH))
def test_legs_are_never_of_the_other_side(history: list[Fill]) -> None:
    for state in journal(history).positions:
        assert state.side in (None, state.key.side)
        assert state.is_contradictory or state.is_open or (state.contracts, state.entry_value) == (0, 0)
