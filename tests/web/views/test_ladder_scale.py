"""The geometry of the ladder."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.position import Side
from dashboard.domain.risk import RiskLevels
from dashboard.web.views.ladder_scale import END_MARGIN, MIN_LABEL_GAP, scale_of, trap_edge

TINY = Decimal("1e-15")
prices = st.decimals("0.0001", "200000", places=4, allow_nan=False, allow_infinity=False)
optional = st.none() | prices


@st.composite
def ladders(draw):
    low, high = sorted((draw(prices), draw(prices)))
    trapped = draw(st.booleans())
    return RiskLevels(
        side=draw(st.sampled_from(Side)),
        entry=draw(prices),
        liquidation=draw(optional),
        alert=draw(optional),
        trap_low=low if trapped else None,
        trap_high=high if trapped else None,
        take_profit=draw(optional),
        stop_loss=draw(optional),
    )


def labelled(levels):
    names = (levels.entry, levels.liquidation, levels.emergency, trap_edge(levels))
    return sorted({*names, levels.take_profit, levels.stop_loss} - {None})


def mirrored(levels, around):
    """The same levels upside down, with the opposite side."""

    def flip(price):
        return None if price is None else around - price

    return replace(
        levels,
        side=Side.SHORT if levels.side is Side.LONG else Side.LONG,
        entry=flip(levels.entry),
        liquidation=flip(levels.liquidation),
        alert=flip(levels.emergency),
        trap_low=flip(levels.trap_high),
        trap_high=flip(levels.trap_low),
        take_profit=flip(levels.take_profit),
        stop_loss=flip(levels.stop_loss),
    )


@given(ladders())
def test_labels_never_overlap_and_the_ends_have_a_margin(levels):
    scale = scale_of(levels)
    places = [scale.place(price) for price in labelled(levels)]
    assert all(high - low >= MIN_LABEL_GAP - TINY for low, high in pairwise(places))
    assert scale.places[0] >= END_MARGIN - TINY
    assert scale.places[-1] <= 1 - END_MARGIN + TINY


@given(ladders())
def test_more_than_one_level_fills_the_ladder(levels):
    scale = scale_of(levels)
    if len(scale.places) > 1:
        assert abs(scale.places[0] - END_MARGIN) <= TINY
        assert abs(scale.places[-1] - (1 - END_MARGIN)) <= TINY


@given(ladders(), prices, prices)
def test_higher_price_lies_higher_and_within_the_ladder(levels, one, other):
    scale = scale_of(levels)
    low, high = sorted((one, other))
    assert 0 <= scale.place(low) <= scale.place(high) <= 1
    if high - low > Decimal("0.01"):
        assert scale.place(low) < scale.place(high)


@given(ladders())
def test_scale_is_continuous_at_each_level(levels):
    scale = scale_of(levels)
    for price in scale.prices:
        step = price / 10**12
        assert scale.place(price + step) - scale.place(price - step) < Decimal("0.001")


@given(ladders(), prices)
def test_scale_of_a_short_mirrors_that_of_a_long(levels, price):
    around = Decimal(300_000)
    one, other = scale_of(levels), scale_of(mirrored(levels, around))
    if len(one.prices) > 1:
        assert abs(one.place(price) + other.place(around - price) - 1) < Decimal("1e-12")


def test_wide_gap_stays_wider_than_a_narrow_one():
    levels = RiskLevels(Side.LONG, Decimal(100), Decimal(50), take_profit=Decimal(101), alert=Decimal(99))
    liquidation, alert, entry, target = scale_of(levels).places
    assert alert - liquidation > 2 * (entry - alert)
    assert abs((entry - alert) - (target - entry)) < TINY


def test_single_level_lies_in_the_middle():
    levels = RiskLevels(Side.LONG, Decimal(100))
    scale = scale_of(levels)
    assert scale.place(Decimal(100)) == Decimal("0.5")
    assert scale.place(Decimal(90)) < Decimal("0.5") < scale.place(Decimal(110))
