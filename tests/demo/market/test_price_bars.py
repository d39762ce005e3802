import random
from itertools import pairwise
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from dashboard.demo.market.price_bars import PriceBar, bridge, join, split

seeds = st.integers(0, 10_000)


@st.composite
def bars(draw):
    first, last, up, down = (draw(st.floats(0, 0.1)) for _ in range(4))
    return PriceBar(first, max(first, last) + up, min(first, last) - down, last, draw(st.floats(0.1, 3)))


@given(bars(), st.integers(5, 100), seeds)
def test_split_parts_join_to_the_bar(bar, parts, seed):
    pieces = split(bar, parts, random.Random(seed))
    joined = join(pieces)
    assert len(pieces) == parts
    assert joined[:4] == bar[:4]
    assert isclose(joined.turnover, bar.turnover)
    assert all(before.close == after.open for before, after in pairwise(pieces))
    assert all(piece.low <= min(piece.open, piece.close) for piece in pieces)
    assert all(piece.high >= max(piece.open, piece.close) for piece in pieces)


@given(bars(), seeds)
def test_bridge_touches_high_and_low_and_stays_between_them(bar, seed):
    points = bridge(bar, [1.0] * 60, 0.3, random.Random(seed))
    assert (points[0], points[-1]) == (bar.open, bar.close)
    assert (max(points), min(points)) == (bar.high, bar.low)
