"""Sums that lose nothing: what went into a position comes out of it to the last digit.

Decimal's usual 28 digits are too few for a sum of a large amount and a long fraction. Products and
sums are made with more, and what a division leaves is cut once, far below any price or fee.
"""

from decimal import Context, Decimal

EXACT = Context(prec=72)
"""To be used as `with localcontext(EXACT):` around everything that ends in a sum."""

_PLACES = 30
_SMALLEST_UNIT = Decimal(1).scaleb(-_PLACES)


def round_quotient(quotient: Decimal) -> Decimal:
    """`quotient` with at most 30 decimals, as it is where it has fewer."""
    exponent = quotient.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -_PLACES:
        return quotient
    return quotient.quantize(_SMALLEST_UNIT, context=EXACT)
