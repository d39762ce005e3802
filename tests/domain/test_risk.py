"""SPEC A5: the risk status on and around every boundary, for longs and, mirrored, for shorts."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.position import Side
from dashboard.domain.risk import RiskLevels, RiskStatus, assess, distance_percent
from tests.domain.builders import BOTH, LONG, SHORT
from tests.domain.strategies import decimals, sides

LIQUIDATED, EMERGENCY, TRAP_ZONE, UNDERWATER, PROFIT, *_ = RiskStatus
ENTRY = Decimal(100)
FULL = RiskLevels(
    LONG, ENTRY, liquidation=Decimal(80), alert=Decimal(86), trap_low=Decimal(90), trap_high=Decimal(95)
)


def mirrored(levels: RiskLevels) -> RiskLevels:
    """The levels of the other side: each as far above the entry as it was below."""

    def flip(level: Decimal | None) -> Decimal | None:
        return None if level is None else 2 * levels.entry - level

    return replace(
        levels,
        side=SHORT if levels.side is LONG else LONG,
        liquidation=flip(levels.liquidation),
        alert=flip(levels.alert),
        trap_low=flip(levels.trap_high),
        trap_high=flip(levels.trap_low),
    )


def status(levels: RiskLevels, price: str | Decimal, side: Side) -> RiskStatus:
    """The status of a long with `levels` at `price`, or of its mirrored short."""
    if side is LONG:
        return assess(levels, Decimal(price))
    return assess(mirrored(levels), 2 * levels.entry - Decimal(price))


@pytest.mark.parametrize("side", BOTH, ids=str)
@pytest.mark.parametrize(
    ("price", "expected"),
    [
        pytest.param("1", LIQUIDATED, id="far beyond liquidation"),
        pytest.param("80", LIQUIDATED, id="at liquidation"),
        pytest.param("80.01", EMERGENCY, id="just short of liquidation"),
        pytest.param("86", EMERGENCY, id="at the alert"),
        pytest.param("86.01", UNDERWATER, id="between alert and trap zone"),
        pytest.param("89.99", UNDERWATER, id="just beyond the trap zone"),
        pytest.param("90", TRAP_ZONE, id="at the trap zone's far end"),
        pytest.param("92.5", TRAP_ZONE, id="inside the trap zone"),
        pytest.param("95", TRAP_ZONE, id="at the trap zone's near end"),
        pytest.param("95.01", UNDERWATER, id="between trap zone and entry"),
        pytest.param("99.99", UNDERWATER, id="just worse than the entry"),
        pytest.param("100", PROFIT, id="at the entry"),
        pytest.param("100.01", PROFIT, id="just better than the entry"),
        pytest.param("199", PROFIT, id="far in profit"),
    ],
)
def test_status_around_every_boundary(side: Side, price: str, expected: RiskStatus) -> None:
    assert status(FULL, price, side) is expected


@pytest.mark.parametrize("side", BOTH, ids=str)
@pytest.mark.parametrize(
    ("without", "price", "expected"),
    [
        pytest.param({"alert": None}, "85", EMERGENCY, id="no alert: EMERGENCY from a quarter of the way"),
        pytest.param({"alert": None}, "85.01", UNDERWATER, id="no alert: not before that"),
        pytest.param({"liquidation": None}, "1", EMERGENCY, id="liquidation unknown: the alert is known"),
        pytest.param({"liquidation": None, "alert": None}, "92", TRAP_ZONE, id="only the trap zone known"),
        pytest.param({"liquidation": None, "alert": None}, "1", UNDERWATER, id="nothing known below it"),
        pytest.param({"trap_low": None, "trap_high": None}, "92", UNDERWATER, id="no trap zone"),
        pytest.param({"liquidation_is_estimate": True}, "80", EMERGENCY, id="at an estimated liquidation"),
        pytest.param({"liquidation_is_estimate": True}, "1", EMERGENCY, id="beyond an estimated liquidation"),
        pytest.param(
            {"trap_low": Decimal(75)}, "80", LIQUIDATED, id="trap zone over liquidation: worst first"
        ),
        pytest.param({"trap_low": Decimal(75)}, "84", EMERGENCY, id="trap zone over alert: worst first"),
        pytest.param({"trap_high": Decimal(105)}, "103", TRAP_ZONE, id="trap zone reaches into the profit"),
    ],
)
def test_status_follows_from_the_known_levels(
    side: Side, without: dict[str, Decimal | None], price: str, expected: RiskStatus
) -> None:
    levels = replace(FULL, **without)  # type: ignore[arg-type]  # the table's names are fields
    assert status(levels, price, side) is expected


@pytest.mark.parametrize("side", BOTH, ids=str)
@pytest.mark.parametrize(
    "at_entry",
    [
        pytest.param({"trap_high": ENTRY}, id="near end of the trap zone"),
        pytest.param({"trap_low": ENTRY, "trap_high": Decimal(105)}, id="far end of the trap zone"),
        pytest.param({"trap_low": ENTRY, "trap_high": ENTRY}, id="a trap zone of this one price"),
        pytest.param({"alert": ENTRY}, id="alert"),
        pytest.param({"alert": ENTRY, "trap_high": ENTRY}, id="both"),
    ],
)
def test_price_at_the_entry_is_profit_despite_another_boundary(
    side: Side, at_entry: dict[str, Decimal]
) -> None:
    levels = replace(FULL, **at_entry)  # type: ignore[arg-type]  # the table's names are fields
    assert status(levels, ENTRY, side) is PROFIT


@pytest.mark.parametrize("side", BOTH, ids=str)
@pytest.mark.parametrize(
    ("levels", "price", "expected"),
    [
        pytest.param({"trap_high": Decimal(105)}, "100", TRAP_ZONE, id="the entry inside the trap zone"),
        pytest.param({"trap_high": ENTRY}, "99.99", TRAP_ZONE, id="trap zone just worse than the entry"),
        pytest.param({"alert": ENTRY}, "99.99", EMERGENCY, id="alert just worse than the entry"),
        pytest.param({"trap_high": Decimal(105)}, "105", TRAP_ZONE, id="a boundary in the profit"),
    ],
)
def test_boundary_next_to_the_entry_still_applies(
    side: Side, levels: dict[str, Decimal], price: str, expected: RiskStatus
) -> None:
    held = replace(FULL, **levels)  # type: ignore[arg-type]  # the table's names are fields
    assert status(held, price, side) is expected


@pytest.mark.parametrize(
    ("side", "entry", "liquidation", "alarm"),
    [
        pytest.param(LONG, "100", "80", "85", id="long: 80 + 20 / 4"),
        pytest.param(SHORT, "100", "140", "130", id="short: 140 - 40 / 4"),
        pytest.param(LONG, "64000.2", "61000.2", "61750.2", id="exact"),
    ],
)
def test_default_alert_is_a_quarter_of_the_way_to_the_entry(
    side: Side, entry: str, liquidation: str, alarm: str
) -> None:
    levels = RiskLevels(side, Decimal(entry), liquidation=Decimal(liquidation))
    assert levels.emergency == Decimal(alarm)


def test_given_alert_replaces_the_default() -> None:
    assert FULL.emergency == 86


def test_no_default_alert_without_a_liquidation_price() -> None:
    assert RiskLevels(LONG, ENTRY).emergency is None


@pytest.mark.parametrize(
    ("level", "price", "percent"),
    [("80", "100", "-20"), ("100", "80", "25"), ("100", "100", "0"), ("99.5", "100", "-0.5")],
    ids=["below", "above", "there", "half a percent"],
)
def test_distance_is_in_percent_of_the_price(level: str, price: str, percent: str) -> None:
    assert distance_percent(Decimal(price), Decimal(level)) == Decimal(percent)


def test_distance_to_an_unknown_level_is_unknown() -> None:
    assert distance_percent(ENTRY, None) is None


levels_around = decimals("0.01", "199.99", 2)


@st.composite
def risk_levels(draw: st.DrawFn) -> RiskLevels:
    side = draw(sides)
    low, high = sorted([draw(levels_around), draw(levels_around)])
    return RiskLevels(
        side,
        ENTRY,
        liquidation=draw(st.none() | levels_around),
        liquidation_is_estimate=draw(st.booleans()),
        alert=draw(st.none() | levels_around),
        trap_low=low,
        trap_high=high,
    )


@given(risk_levels(), levels_around)
def test_short_mirrors_long(levels: RiskLevels, price: Decimal) -> None:
    assert assess(levels, price) is assess(mirrored(levels), 2 * ENTRY - price)


@given(risk_levels(), levels_around)
def test_estimated_liquidation_price_is_never_liquidated(levels: RiskLevels, price: Decimal) -> None:
    assert assess(replace(levels, liquidation_is_estimate=True), price) is not LIQUIDATED


@given(risk_levels(), levels_around)
def test_unconfirmed_liquidation_price_is_an_emergency(levels: RiskLevels, price: Decimal) -> None:
    confirmed = assess(levels, price)
    assert assess(levels, price, is_confirmed=False) is (EMERGENCY if confirmed is LIQUIDATED else confirmed)


@given(risk_levels(), levels_around, levels_around)
def test_worse_price_never_has_a_better_status_without_a_trap_zone(
    levels: RiskLevels, one: Decimal, other: Decimal
) -> None:
    bare = replace(levels, trap_low=None, trap_high=None)
    worse, better = sorted([one, other], key=lambda price: price * levels.side.sign)
    order = list(RiskStatus)
    assert order.index(assess(bare, worse)) <= order.index(assess(bare, better))
