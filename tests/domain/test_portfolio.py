"""SPEC B3 and B4: many positions as one, currency by currency, and unknown where a part is."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.fill import Fee
from dashboard.domain.market import Payoff
from dashboard.domain.portfolio import CurrencySummary, PartialSum, summarize
from dashboard.domain.position_state import PositionState
from tests.domain.builders import LONG, dec, instrument
from tests.domain.fill_histories import adopted, after, fill, fills, flat, funding

INVERSE = instrument(Payoff.INVERSE)
LONG_OF_TWO = after("buy 3 @ 100, sell 1 @ 110")
SHORT_OF_ONE = after("sell 1 @ 200")
CLOSED = after("buy 1 @ 100, sell 1 @ 95")


def summary(*marked: tuple[PositionState, str | None], currency: str = "USDT") -> CurrencySummary:
    return summarize((state, dec(mark)) for state, mark in marked)[currency]


def test_nothing() -> None:
    assert summarize([]) == {}


def test_a_long_and_a_short() -> None:
    """2 × 120 + 1 × 210 = 450 exposed; 2 × 20 − 10 = 30 unrealised; 10 − 5 realised."""
    total = summary((LONG_OF_TWO, "120"), (SHORT_OF_ONE, "210"), (CLOSED, None))
    assert (total.count, total.exposure.value, total.unrealized_pnl.value) == (2, 450, 30)
    assert (total.realized_pnl, total.total_pnl) == (5, 35)


def test_unknown_where_a_price_is_with_what_is_known() -> None:
    total = summary((LONG_OF_TWO, "120"), (SHORT_OF_ONE, None))
    assert (total.exposure, total.unrealized_pnl) == (PartialSum(Decimal(240), 1), PartialSum(Decimal(40), 1))
    assert total.exposure.value is total.unrealized_pnl.value is total.total_pnl is None
    assert total.realized_pnl == 10


def test_a_closed_position_needs_no_price() -> None:
    total = summary((CLOSED, None))
    assert (total.count, total.exposure.value, total.total_pnl) == (0, 0, -5)


def test_a_leg_that_fills_are_missing_of_is_unknown() -> None:
    total = summary((after("sell 1 @ 100", leg=LONG), "120"))
    assert (total.count, total.exposure, total.unrealized_pnl) == (
        1,
        PartialSum(unknown=1),
        PartialSum(unknown=1),
    )


def test_what_was_realized_before_under_the_same_key_counts() -> None:
    """The long won 14, the short since 107 wins 3 × 7."""
    total = summary((after("buy 2 @ 100, sell 5 @ 107"), "100"))
    assert (total.realized_pnl, total.unrealized_pnl.value) == (14, 21)


def test_currencies_are_never_mixed() -> None:
    """10,000 dollars short since 50,000 are 0.25 coins at 40,000 and have won 0.05."""
    inverse = after("sell 10000 @ 50000", of=INVERSE)
    totals = summarize([(LONG_OF_TWO, Decimal(120)), (inverse, Decimal(40000))])
    assert list(totals) == ["USDT", "BTC"]
    assert (totals["USDT"].exposure.value, totals["USDT"].total_pnl) == (240, 50)
    assert (totals["BTC"].exposure.value, totals["BTC"].total_pnl) == (Decimal("0.25"), Decimal("0.05"))


def test_fees_count_in_the_currency_that_they_were_paid_in() -> None:
    bought = fill("buy 1 @ 100", 1, "0.1")
    paid_in_coins = after([fill("buy 1 @ 50000", 1, "0.00001", of=INVERSE)], of=INVERSE)
    totals = summarize([(after([bought]), None), (paid_in_coins, None)])
    assert totals["USDT"].fees == PartialSum(Decimal("0.1"))
    assert totals["BTC"].fees == PartialSum(Decimal("0.00001"))


def test_a_currency_that_only_fees_were_paid_in() -> None:
    discounted = replace(fill("buy 1 @ 100"), fees=(Fee(Decimal("0.002"), "BNB"),))
    totals = summarize([(after([discounted]), Decimal(100))])
    assert totals["BNB"] == CurrencySummary("BNB", fees=PartialSum(Decimal("0.002")))
    assert totals["USDT"].fees == PartialSum(Decimal(0))


def test_fees_that_were_not_told_make_the_sum_unknown() -> None:
    total = summary((after([fill("buy 1 @ 100", 1, "0.1"), fill("buy 1 @ 100", 2)]), "100"))
    assert total.fees == PartialSum(Decimal("0.1"), 1)
    assert total.fees.value is None


def test_funding_is_kept_apart() -> None:
    total = summary((after([*fills("buy 1 @ 100"), funding("-0.5", 2), funding("0.2", 3)]), "100"))
    assert (total.funding, total.total_pnl) == (Decimal("-0.3"), 0)


def test_adopted_positions_are_counted() -> None:
    total = summary(
        (after([adopted("2", "100", 1, replaces_history=True)]), "110"),
        (LONG_OF_TWO, "110"),
        (SHORT_OF_ONE, "200"),
    )
    assert (total.count, total.adopted, total.unrealized_pnl.value) == (3, 1, 40)


@pytest.mark.parametrize("mark", [None, "100"])
def test_a_position_that_never_was(mark: str | None) -> None:
    assert summary((flat(), mark)) == CurrencySummary("USDT")
