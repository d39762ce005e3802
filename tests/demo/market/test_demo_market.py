from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.demo.account.demo_levels import DEMO_LEVELS
from dashboard.demo.account.demo_position import DEMO_ENTRY, DemoPosition
from dashboard.demo.market.decimal_text import decimal_text
from dashboard.demo.market.demo_market import DAY_MS, HOUR_MS, MINUTE_MS, TICK_MS, DemoMarket
from dashboard.demo.market.instruments import BTCUSDT, BTCUSDT_SPOT, INSTRUMENTS

OPENED = 1_795_216_493_958
seeds = st.integers(0, 1000)
LIQUIDATION = Decimal(DemoPosition().liquidation_price)
ALERT = LIQUIDATION + (DEMO_ENTRY - LIQUIDATION) / 4


def opened_ms(market: DemoMarket) -> int:
    assert market.opened_ms is not None
    return market.opened_ms


def zone(price: Decimal) -> str:
    """The zone of the demo position, as specified."""
    if price <= ALERT:
        return "EMERGENCY"
    if DEMO_LEVELS.trap_low <= price <= DEMO_LEVELS.trap_high:
        return "TRAP ZONE"
    return "PROFIT" if price >= DEMO_ENTRY else "UNDERWATER"


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("second", [0, 59], ids=["opened at second 0", "opened at second 59"])
def test_prices_visit_all_zones_within_six_minutes_without_liquidation(seed, second):
    opened = OPENED - OPENED % MINUTE_MS + second * 1000
    market = DemoMarket(seed, opened)
    quotes = [market.quote(BTCUSDT, opened + t) for t in range(0, 6 * MINUTE_MS, 500)]
    for prices in ([q.last for q in quotes], [q.mark for q in quotes]):
        assert {zone(price) for price in prices} == {"PROFIT", "UNDERWATER", "TRAP ZONE", "EMERGENCY"}
        assert min(prices) > LIQUIDATION
        assert max(prices) > DEMO_LEVELS.take_profit
        assert min(prices) < DEMO_LEVELS.stop_loss
    assert abs(quotes[0].last / DEMO_ENTRY - 1) < Decimal("0.006")


@pytest.mark.parametrize("seed", range(3))
def test_prices_stay_above_liquidation_for_a_day(seed):
    market = DemoMarket(seed, OPENED)
    end = OPENED - OPENED % MINUTE_MS + DAY_MS
    day = market.candle(BTCUSDT, opened_ms(market), end, end)
    assert day.low > LIQUIDATION
    assert day.low < ALERT
    assert day.high > DEMO_LEVELS.take_profit


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from(INSTRUMENTS), st.integers(0, 3 * HOUR_MS))
def test_quote_is_consistent_and_on_the_price_step(seed, instrument, passed):
    quote = DemoMarket(seed, OPENED).quote(instrument, OPENED + passed)
    prices = (quote.last, quote.bid, quote.ask, quote.mark, quote.index, quote.day.high, quote.day.low)
    assert all(price > 0 and price % instrument.price_step == 0 for price in prices)
    assert quote.ask - quote.bid >= instrument.price_step
    assert quote.last in (quote.bid, quote.ask)
    assert quote.day.low <= quote.last <= quote.day.high
    assert quote.day.close == quote.last
    assert quote.bid_size > 0 < quote.ask_size
    assert "E" not in "".join(
        map(decimal_text, (*prices, quote.bid_size, quote.day.volume, quote.day.turnover))
    )


@settings(max_examples=10, deadline=None)
@given(seeds, st.sampled_from(INSTRUMENTS), st.integers(0, 30 * MINUTE_MS))
def test_forming_candle_closes_at_the_last_price(seed, instrument, passed):
    market, now = DemoMarket(seed, OPENED), OPENED + passed
    start = now - now % MINUTE_MS
    assert (
        market.candle(instrument, start, start + MINUTE_MS, now).close == market.quote(instrument, now).last
    )


@settings(max_examples=6, deadline=None)
@given(seeds, st.sampled_from(INSTRUMENTS), st.integers(-300, 60))
def test_candle_matches_the_ticks_of_its_minute(seed, instrument, minute):
    market = DemoMarket(seed, OPENED)
    start = opened_ms(market) + minute * MINUTE_MS
    ticks = [market.quote(instrument, start + i * TICK_MS).last for i in range(600)]
    candle = market.candle(instrument, start, start + MINUTE_MS, start + MINUTE_MS)
    assert (candle.open, candle.high, candle.low, candle.close) == (
        ticks[0],
        max(ticks),
        min(ticks),
        ticks[-1],
    )


@settings(max_examples=10, deadline=None)
@given(seeds, st.sampled_from(INSTRUMENTS), st.integers(-2000, 20))
def test_hourly_candle_matches_its_minutes_and_never_changes(seed, instrument, hour):
    market = DemoMarket(seed, OPENED)
    start = opened_ms(market) // HOUR_MS * HOUR_MS + hour * HOUR_MS
    now = start + HOUR_MS
    whole = market.candle(instrument, start, start + HOUR_MS, now)
    minutes = [
        market.candle(instrument, start + i * MINUTE_MS, start + (i + 1) * MINUTE_MS, now) for i in range(60)
    ]
    assert (whole.open, whole.close) == (minutes[0].open, minutes[-1].close)
    assert (whole.high, whole.low) == (max(m.high for m in minutes), min(m.low for m in minutes))
    assert whole == market.candle(instrument, start, start + HOUR_MS, now + DAY_MS)


def test_prices_change_often_and_in_small_steps():
    market = DemoMarket(7, OPENED)
    minute = opened_ms(market) + 2 * MINUTE_MS
    last = [market.quote(BTCUSDT, minute + i * TICK_MS).last for i in range(600)]
    mark = [market.quote(BTCUSDT, minute + i * TICK_MS).mark for i in range(600)]
    moves = [abs(b - a) for a, b in pairwise(last)]
    assert len(set(last)) > 300
    assert max(moves) < Decimal("0.004") * DEMO_ENTRY
    assert sum(abs(b - a) for a, b in pairwise(mark)) < sum(moves)


def test_spot_price_follows_the_contract():
    market = DemoMarket(7, OPENED)
    for passed in range(0, HOUR_MS, 7 * MINUTE_MS):
        spot, contract = (market.quote(i, OPENED + passed).last for i in (BTCUSDT_SPOT, BTCUSDT))
        assert abs(spot / contract - 1) < Decimal("0.001")


def test_second_opening_changes_no_price():
    market = DemoMarket(7)
    market.open(OPENED)
    before = market.quote(BTCUSDT, OPENED + HOUR_MS)
    market.open(OPENED + HOUR_MS)
    assert market.quote(BTCUSDT, OPENED + HOUR_MS) == before


def test_trades_have_tick_prices_and_appear_once():
    market = DemoMarket(7, OPENED)
    first = market.trades(BTCUSDT, OPENED, OPENED + 1000)
    then = market.trades(BTCUSDT, OPENED + 1000, OPENED + 2000)
    assert len(first) == len(then) == 10
    assert not {t.time_ms for t in first} & {t.time_ms for t in then}
    assert all(t.price == market.quote(BTCUSDT, t.time_ms).last and t.size > 0 for t in first)
