"""Sums are exact, and short numbers stay short."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.decimal_math import EXACT, plain_number, round_quotient, shorten


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


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [
        ("64000.500", None, "64000.5"),
        ("1E+5", None, "100000"),
        ("1E-7", None, "0.0000001"),
        ("-0.000", None, "0"),
        ("0.123456785", 8, "0.12345678"),
        ("-0.0000000001", 8, "0"),
        ("1.5", 8, "1.5"),
        ("123456789012345678901234567890.123", 2, "123456789012345678901234567890.12"),
    ],
)
def test_plain_number_has_no_exponent_and_no_trailing_zeros(
    number: str, places: int | None, text: str
) -> None:
    assert plain_number(Decimal(number), places) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e15", max_value="1e15", places=12))
def test_plain_number_reads_back_as_the_number(number: Decimal) -> None:
    assert Decimal(plain_number(number)) == number


def test_shortened_number_can_be_grouped() -> None:
    assert f"{shorten(Decimal('12000.00')):,f}" == "12,000"
