"""Sums lose nothing, and figures stay as short as they were."""

from decimal import Decimal, localcontext

import pytest

from dashboard.domain.decimal_math import EXACT, round_quotient


@pytest.mark.parametrize("text", ["100", "0.1", "-0.0182", "1E+5"])
def test_what_is_short_stays_as_it_is(text: str) -> None:
    assert str(round_quotient(Decimal(text))) == text


def test_what_never_ends_is_cut_even_where_28_digits_are_usual() -> None:
    with localcontext(EXACT):
        quotient = Decimal("1e9") / 3
    assert str(round_quotient(quotient)) == "333333333." + "3" * 30


def test_a_large_amount_and_a_long_fraction_add_up() -> None:
    with localcontext(EXACT):
        total = Decimal("1e12") + Decimal("1e-30")
        assert total - Decimal("1e12") == Decimal("1e-30")
