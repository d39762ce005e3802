"""Sums that lose nothing: what went into a position comes out of it to the last digit.

Decimal's usual 28 digits are too few for a sum of a large amount and a long fraction. Products and
sums are made with more, and what a division leaves is cut once, far below any price or fee.
"""

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal

EXACT = Context(prec=72)
"""To be used as `with localcontext(EXACT):` around everything that ends in a sum."""

WIDE = Context(prec=MAX_PREC, rounding=ROUND_HALF_EVEN, Emin=MIN_EMIN, Emax=MAX_EMAX)
"""For rounding to decimals: 28 digits do not hold a very large number with its decimals."""

_PLACES = 30
_SMALLEST_UNIT = Decimal(1).scaleb(-_PLACES)


def round_quotient(quotient: Decimal) -> Decimal:
    """`quotient` with at most 30 decimals, as it is where it has fewer."""
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
