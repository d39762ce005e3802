from itertools import pairwise
from math import exp, isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.demo.market.price_bars import join
from dashboard.demo.market.price_path import DAY_MINUTES, HISTORY_DAYS, HOUR_MINUTES, TICKS, PricePath

LEAD = 75
seeds = st.integers(0, 10_000)


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(-HISTORY_DAYS, -1))
def test_history_day_is_the_join_of_its_minutes(seed, day):
    path = PricePath(seed, "BTC", lead=LEAD)
    whole = path.bar(DAY_MINUTES, day)
    minutes = join([path.bar(1, day * DAY_MINUTES + i) for i in range(DAY_MINUTES)])
    assert minutes[:4] == whole[:4]
    assert isclose(minutes.turnover, whole.turnover)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_history_warm_up_and_trading_join_without_a_gap(seed):
    path = PricePath(seed, "BTC", lead=LEAD)
    minutes = [path.bar(1, i) for i in range(-2 * HOUR_MINUTES, LEAD + HOUR_MINUTES)]
    assert all(before.close == after.open for before, after in pairwise(minutes))


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(-DAY_MINUTES, DAY_MINUTES))
def test_ticks_of_a_minute_match_its_bar(seed, minute):
    path = PricePath(seed, "ETH", lead=LEAD, beta=1.1)
    ticks, bar = path.ticks(minute), path.bar(1, minute)
    assert len(ticks) == TICKS
    assert (ticks[0], max(ticks), min(ticks), ticks[-1]) == bar[:4]


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_same_seed_gives_the_same_path_in_any_order_of_reads(seed):
    one, other = PricePath(seed, "SOL", lead=LEAD), PricePath(seed, "SOL", lead=LEAD)
    minutes = [-5000, -61, -1, 0, 40, LEAD, LEAD + 30]
    assert [one.bar(1, m) for m in minutes] == [other.bar(1, m) for m in reversed(minutes)][::-1]


def test_seeds_and_coins_have_different_paths():
    paths = [PricePath(1, "BTC", lead=LEAD), PricePath(2, "BTC", lead=LEAD), PricePath(1, "ETH", lead=LEAD)]
    assert len({path.bar(1, LEAD + 5).close for path in paths}) == 3


def test_volatility_varies_between_hours():
    path = PricePath(7, "BTC", lead=LEAD)
    hours = [path.bar(HOUR_MINUTES, -1 - i) for i in range(24 * 30)]
    ranges = sorted(bar.high - bar.low for bar in hours)
    assert ranges[-20] > 6 * ranges[20]


@pytest.mark.parametrize("seed", range(5))
def test_history_prices_are_plausible(seed):
    history = PricePath(seed, "DOGE", lead=LEAD).span(-HISTORY_DAYS * DAY_MINUTES, 0)
    assert 0.2 < exp(history.low) < exp(history.high) < 5
