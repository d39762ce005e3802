"""The basis of valuations: the mark price while it is live, and no swinging between mark and last price."""

from decimal import Decimal
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.market import Quote, Ticker
from dashboard.domain.price_basis import STARTING_MS, STEADY_MS, PriceBasis
from tests.domain.builders import ticker

Event = tuple[int, dict[str, str]]
"""An instant, and the prices that are received."""

STALE_AFTER = 5_000
STEP_MS = 500
"""Interval at which the properties look at the price."""


class Market:
    """The prices of one market with their basis, as RuntimeConfig keeps them."""

    def __init__(self) -> None:
        self.ticker, self.basis = Ticker(), PriceBasis()

    def receive(self, at: int, *, limit_ms: int = 0, **prices: str) -> None:
        newer = Ticker(**{name: Quote(Decimal(price), at, limit_ms) for name, price in prices.items()})
        merged = self.ticker.merged(newer)
        self.basis = self.basis.after(self.ticker, merged, at, STALE_AFTER)
        self.ticker = merged

    def basis_at(self, now: int) -> str | None:
        """Returns "mark" or "last", None without a live price."""
        quote, on_mark = self.basis.price(self.ticker, now, STALE_AFTER)
        assert quote is None or quote.is_live(now, STALE_AFTER)
        return None if quote is None else "mark" if on_mark else "last"


def course(events: list[Event], *, mark_limit_ms: int = 0) -> list[tuple[int, str | None]]:
    """Returns the basis at regular instants, while `events` arrive."""
    market, seen, last = Market(), [], max(at for at, _ in events)
    pending = sorted(events, key=lambda event: event[0])
    for now in range(pending[0][0], last + STEP_MS, STEP_MS):
        while pending and pending[0][0] <= now:
            at, prices = pending.pop(0)
            market.receive(at, limit_ms=mark_limit_ms if "mark" in prices else 0, **prices)
        seen.append((now, market.basis_at(now)))
    return seen


def lasts(until: int) -> list[Event]:
    """A last price that is always live."""
    return [(at, {"last": "100"}) for at in range(0, until, 1_000)]


@pytest.mark.parametrize(
    ("prices", "price", "on_mark"),
    [
        pytest.param({"mark": ("10", 0), "last": ("11", 0)}, "10", True, id="the mark first"),
        pytest.param({"mark": ("10", 5_000), "last": ("11", 0)}, "10", True, id="a mark just live"),
        pytest.param({"mark": ("10", 5_001), "last": ("11", 0)}, "11", False, id="a mark too old: the last"),
        pytest.param({"last": ("11", 5_000)}, "11", False, id="no mark: the last"),
        pytest.param({"mark": ("10", 5_001), "last": ("11", 5_001)}, None, False, id="both too old"),
        pytest.param({"bid": ("10", 0), "ask": ("11", 0)}, None, False, id="bid and ask are no price"),
        pytest.param({}, None, False, id="nothing"),
    ],
)
def test_price_of_a_valuation(prices: dict[str, tuple[str, int]], price: str | None, on_mark: bool) -> None:
    aged = Ticker(**{name: Quote(Decimal(text), -age) for name, (text, age) in prices.items()})
    quote, is_mark = PriceBasis(-5_000, -5_000).price(aged, 0, STALE_AFTER)
    assert (quote and str(quote.value), is_mark) == (price, on_mark)


def test_a_mark_that_the_exchange_repeats_every_ten_seconds_stays_the_basis() -> None:
    marks = [(at, {"mark": "101"}) for at in range(300, 120_000, 10_000)]
    seen = course(lasts(120_000) + marks, mark_limit_ms=15_000)
    assert {basis for now, basis in seen if now > 300} == {"mark"}


@given(
    gaps=st.lists(st.integers(100, 15_000), min_size=1, max_size=40),
    last_gaps=st.lists(st.integers(100, 40_000), max_size=20),
)
def test_marks_at_any_intervals_up_to_their_limit_stay_the_basis(
    gaps: list[int], last_gaps: list[int]
) -> None:
    """However irregular the last price is."""
    marks = [(at, {"mark": "101"}) for at in accumulate(gaps, initial=0)]
    trades = [(at, {"last": "100"}) for at in accumulate(last_gaps, initial=0) if at <= marks[-1][0]]
    assert {basis for _, basis in course(marks + trades, mark_limit_ms=15_000)} == {"mark"}


@given(period_ms=st.integers(500, 60_000))
def test_periodic_marks_change_the_basis_at_most_once(period_ms: int) -> None:
    """Also where the exchange sends them less often than their limit allows."""
    marks = [(at, {"mark": "101"}) for at in range(0, 300_000, period_ms)]
    changes = [one != other for (_, one), (_, other) in pairwise(course(lasts(300_000) + marks))]
    assert sum(changes) <= 1


@given(gaps=st.lists(st.integers(100, 60_000), min_size=1, max_size=40))
def test_late_marks_change_the_basis_at_long_intervals_only(gaps: list[int]) -> None:
    marks = [(at, {"mark": "101"}) for at in accumulate(gaps, initial=0)]
    seen = course(lasts(marks[-1][0] + 1) + marks)
    assert None not in {basis for _, basis in seen}
    losses = [now for (_, one), (now, other) in pairwise(seen) if (one, other) == ("mark", "last")]
    assert all(later - earlier >= STEADY_MS for earlier, later in pairwise(losses))


def test_a_mark_that_was_late_returns_once_it_is_steady() -> None:
    market = Market()
    market.receive(0, last="100", mark="101")
    for at in range(1_000, 7_000, 1_000):
        market.receive(at, last="100")
    assert (market.basis_at(5_000), market.basis_at(5_001)) == ("mark", "last")
    for at in range(7_000, 60_000, 1_000):
        market.receive(at, last="100", mark="101")
        assert market.basis_at(at) == ("mark" if at >= 7_000 + STEADY_MS else "last")


def test_a_mark_replaces_a_last_price_that_is_too_old_and_stays() -> None:
    market = Market()
    market.receive(0, last="100", mark="101")
    market.receive(5_000, last="100")
    market.receive(6_000, last="100", mark="101")
    assert market.basis_at(6_000) == "last"
    for at in (8_000, 10_000, 12_000):
        market.receive(at, mark="101")
    assert market.basis_at(12_000) == "mark"
    market.receive(13_000, last="100")
    assert market.basis_at(13_000) == "mark"


@pytest.mark.parametrize("first", ["last", "mark"])
def test_first_prices_may_arrive_in_any_order(first: str) -> None:
    """At the start, and after an outage in which no price was live."""
    market = Market()
    for start in (0, 60_000, 200_000):
        second = "last" if first == "mark" else "mark"
        market.receive(start, **{first: "100"})
        assert market.basis_at(start) == first
        market.receive(start + STARTING_MS - 1, **{second: "100"})
        assert market.basis_at(start + STARTING_MS - 1) == "mark"


def test_a_first_mark_long_after_the_start_has_to_be_steady() -> None:
    market = Market()
    for at in range(0, 60_000, 1_000):
        market.receive(at, last="100")
    for at in range(60_000, 120_000, 1_000):
        market.receive(at, last="100", mark="101")
        assert market.basis_at(at) == ("mark" if at >= 60_000 + STEADY_MS else "last")


def test_the_limit_of_the_feed_counts_if_it_is_longer() -> None:
    quote = Quote(Decimal(1), 0, 15_000)
    assert [quote.limit(limit) for limit in (5_000, 20_000)] == [15_000, 20_000]
    assert [quote.is_live(now, 5_000) for now in (5_001, 15_000, 15_001)] == [True, True, False]
    assert ticker(last="1").last.is_live(5_001, 5_000) is False  # type: ignore[union-attr]  # it has a price
