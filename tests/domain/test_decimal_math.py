"""Sums are exact, and short numbers stay short."""

from decimal import Decimal, localcontext

import pytest

from dashboard.domain.decimal_math import EXACT, round_quotient


@pytest.mark.parametrize("text", ["100", "0.1", "-0.0182", "1E+5"])
def test_short_number_is_unchanged(text: str) -> None:
    assert str(round_quotient(Decimal(text))) == text


def test_endless_quotient_is_rounded_to_30_decimals() -> None:
    with localcontext(EXACT):
        quotient = Decimal("1e9") / 3
    assert str(round_quotient(quotient)) == "333333333." + "3" * 30


def test_large_amount_and_long_fraction_add_up_exactly() -> None:
    with localcontext(EXACT):
        total = Decimal("1e12") + Decimal("1e-30")
        assert total - Decimal("1e12") == Decimal("1e-30")
