"""Exact sums of amounts: the default 28 digits of Decimal are too few for large amounts with long fractions.

Products and sums are calculated with 72 digits, and each quotient is rounded once, to 30 decimals,
far below any price or fee. So opening and closing a position leaves no remainder.
"""

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal

EXACT = Context(prec=72)
"""The context of every calculation that ends in a sum: `with localcontext(EXACT):`."""

WIDE = Context(prec=MAX_PREC, rounding=ROUND_HALF_EVEN, Emin=MIN_EMIN, Emax=MAX_EMAX)
"""For rounding to decimals: 28 digits do not hold a very large number with its decimals."""

_PLACES = 30
_SMALLEST_UNIT = Decimal(1).scaleb(-_PLACES)


def round_quotient(quotient: Decimal) -> Decimal:
    """Rounds `quotient` to 30 decimals; returns it unchanged if it has fewer."""
    exponent = quotient.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -_PLACES:
        return quotient
    return quotient.quantize(_SMALLEST_UNIT, context=EXACT)


def shorten(number: Decimal, places: int | None = None) -> Decimal:
    """Rounds to at most `places` decimals and drops trailing zeros, also the sign of a zero."""
    exponent = number.as_tuple().exponent
    if places is not None and isinstance(exponent, int) and exponent < -places:
        number = number.quantize(Decimal((0, (1,), -places)), context=WIDE)
    return number.normalize(WIDE) if number else Decimal(0)


def plain_number(number: Decimal, places: int | None = None) -> str:
    """The digits of `shorten`, such as `0.00001` or `64000`: no exponent, no grouping."""
    return f"{shorten(number, places):f}"
