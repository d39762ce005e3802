"""SPEC B2: parts of one position, such as in cross and in isolated margin, add up."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.contract_math import unrealized_pnl
from dashboard.domain.keys import PositionKey
from dashboard.domain.merged_position import merged
from dashboard.domain.position import Position, Side
from dashboard.domain.reconcile import positions_by_key, reported_modes
from dashboard.domain.reported_figures import ReportedFigures
from tests.domain.builders import LONG, SHORT, dec, position
from tests.domain.fill_histories import ACCOUNT
from tests.domain.strategies import positions, prices

CROSS = position(LONG, "300", "60000", margin_mode="cross")
ISOLATED = position(LONG, "200", "60500", margin_mode="isolated")


def test_size_and_entry_add_up() -> None:
    """(300 × 60,000 + 200 × 60,500) / 500."""
    total = merged([CROSS, ISOLATED])
    assert (total.contracts, total.entry_price) == (500, 60_200)


def test_single_part_is_unchanged() -> None:
    assert merged([CROSS]) is CROSS


@pytest.mark.parametrize(
    ("field", "one", "other", "total"),
    [
        ("leverage", Decimal(10), Decimal(10), Decimal(10)),
        ("leverage", Decimal(10), Decimal(20), None),
        ("leverage", Decimal(10), None, None),
        ("margin_mode", "cross", "cross", "cross"),
        ("margin_mode", "cross", "isolated", None),
        ("maintenance_margin_rate", Decimal("0.004"), Decimal("0.01"), None),
        ("opened_at", 5, 3, 3),
        ("opened_at", 5, None, None),
    ],
)
def test_terms_that_differ_are_unknown(field: str, one: object, other: object, total: object) -> None:
    parts = [replace(CROSS, **{field: one}), replace(CROSS, **{field: other})]
    assert getattr(merged(parts), field) == getattr(merged(parts[::-1]), field) == total


@pytest.mark.parametrize(
    ("side", "one", "other", "nearest"),
    [
        pytest.param(LONG, "50000", "55000", "55000", id="long: the higher one"),
        pytest.param(SHORT, "70000", "65000", "65000", id="short: the lower one"),
        pytest.param(LONG, None, "55000", "55000", id="the known one"),
        pytest.param(LONG, None, None, None, id="none"),
    ],
)
def test_nearest_liquidation_price_counts(
    side: Side, one: str | None, other: str | None, nearest: str | None
) -> None:
    parts = [position(side, "1", "60000", liquidation=each) for each in (one, other)]
    assert merged(parts).liquidation_price == dec(nearest)


def test_reported_figures_add_up_if_every_part_states_them() -> None:
    one = ReportedFigures(Decimal(100), Decimal(-5), Decimal(61_000), None)
    other = ReportedFigures(Decimal(50), Decimal(7), Decimal(61_000), Decimal(3))
    total = merged([replace(CROSS, reported=one), replace(ISOLATED, reported=other)])
    assert total.reported == ReportedFigures(Decimal(150), Decimal(2), Decimal(61_000), None)
    assert merged([replace(CROSS, reported=one), ISOLATED]).reported is None


@given(st.lists(positions(), min_size=1, max_size=4), prices)
def test_pnl_of_the_sum_is_the_sum_of_the_pnls(drawn: list[Position], price: Decimal) -> None:
    parts = [replace(each, instrument=drawn[0].instrument, side=drawn[0].side) for each in drawn]
    total = unrealized_pnl(merged(parts), price)
    pnls = [unrealized_pnl(part, price) for part in parts]
    scale = max(abs(pnl) for pnl in pnls) + max(part.size for part in parts)
    assert float(total) == pytest.approx(float(sum(pnls)), abs=float(scale) * 1e-9, rel=1e-9)


@given(st.lists(positions(), max_size=5), st.sampled_from([None, True, False]))
def test_no_row_is_lost(drawn: list[Position], stated: bool | None) -> None:
    rows = [replace(each, instrument=position().instrument) for each in drawn]
    symbol = position().instrument.symbol
    modes = reported_modes(rows, {} if stated is None else {symbol: stated})
    found = positions_by_key(ACCOUNT, rows, modes)
    assert sum(each.contracts for each in found.values()) == sum(each.contracts for each in rows)
    assert all(key.side in (None, each.side) for key, each in found.items())
    if {each.side for each in rows} == set(Side):
        assert set(found) == {PositionKey(ACCOUNT, symbol, side) for side in Side}
