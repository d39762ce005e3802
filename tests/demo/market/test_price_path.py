import random
from itertools import pairwise
from math import exp, isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.demo.market.price_bars import PriceBar, bridge, join, split
from dashboard.demo.market.price_path import DAY_MINUTES, HISTORY_DAYS, HOUR_MINUTES, TICKS, PricePath

LEAD = 75
seeds = st.integers(0, 10_000)


@st.composite
def bars(draw):
    first, last, up, down = (draw(st.floats(0, 0.1)) for _ in range(4))
    return PriceBar(first, max(first, last) + up, min(first, last) - down, last, draw(st.floats(0.1, 3)))


def outline(bar: PriceBar) -> tuple[float, float, float, float]:
    return bar.open, bar.high, bar.low, bar.close


@given(bars(), st.integers(5, 100), seeds)
def test_the_parts_of_a_bar_make_up_the_bar(bar, parts, seed):
    pieces = split(bar, parts, random.Random(seed))
    assert len(pieces) == parts
    assert outline(join(pieces)) == outline(bar)
    assert isclose(join(pieces).turnover, bar.turnover)
    assert all(before.close == after.open for before, after in pairwise(pieces))
    assert all(piece.low <= min(piece.open, piece.close) for piece in pieces)
    assert all(piece.high >= max(piece.open, piece.close) for piece in pieces)


@given(bars(), seeds)
def test_a_bridge_touches_high_and_low_and_stays_between_them(bar, seed):
    points = bridge(bar, [1.0] * 60, 0.3, random.Random(seed))
    assert (points[0], points[-1]) == (bar.open, bar.close)
    assert (max(points), min(points)) == (bar.high, bar.low)


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(-HISTORY_DAYS, -1))
def test_a_day_of_history_is_what_its_minutes_make_of_it(seed, day):
    path = PricePath(seed, "BTC", lead=LEAD)
    whole = path.bar(DAY_MINUTES, day)
    minutes = join([path.bar(1, day * DAY_MINUTES + i) for i in range(DAY_MINUTES)])
    assert outline(minutes) == outline(whole)
    assert isclose(minutes.turnover, whole.turnover)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_there_is_no_gap_between_history_morning_and_opening(seed):
    path = PricePath(seed, "BTC", lead=LEAD)
    minutes = [path.bar(1, i) for i in range(-2 * HOUR_MINUTES, LEAD + HOUR_MINUTES)]
    assert all(before.close == after.open for before, after in pairwise(minutes))


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(-DAY_MINUTES, DAY_MINUTES))
def test_the_ticks_of_a_minute_are_its_bar(seed, minute):
    path = PricePath(seed, "ETH", lead=LEAD, beta=1.1)
    ticks, bar = path.ticks(minute), path.bar(1, minute)
    assert len(ticks) == TICKS
    assert (ticks[0], max(ticks), min(ticks), ticks[-1]) == outline(bar)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_the_same_seed_gives_the_same_path_in_whatever_order_it_is_asked(seed):
    one, other = PricePath(seed, "SOL", lead=LEAD), PricePath(seed, "SOL", lead=LEAD)
    minutes = [-5000, -61, -1, 0, 40, LEAD, LEAD + 30]
    assert [one.bar(1, m) for m in minutes] == [other.bar(1, m) for m in reversed(minutes)][::-1]


def test_seeds_and_coins_differ():
    paths = [PricePath(1, "BTC", lead=LEAD), PricePath(2, "BTC", lead=LEAD), PricePath(1, "ETH", lead=LEAD)]
    assert len({path.bar(1, LEAD + 5).close for path in paths}) == 3


def test_there_are_quiet_and_violent_spells():
    path = PricePath(7, "BTC", lead=LEAD)
    hours = [path.bar(HOUR_MINUTES, -1 - i) for i in range(24 * 30)]
    ranges = sorted(bar.high - bar.low for bar in hours)
    assert ranges[-20] > 6 * ranges[20]


@pytest.mark.parametrize("seed", range(5))
def test_history_stays_within_reason(seed):
    path = PricePath(seed, "DOGE", lead=LEAD)
    assert (
        0.2
        < exp(path.span(-HISTORY_DAYS * DAY_MINUTES, 0).low)
        < exp(path.span(-HISTORY_DAYS * DAY_MINUTES, 0).high)
        < 5
    )
