"""Exact sums of amounts: the default 28 digits of Decimal are too few for large amounts with long fractions.

Products and sums are calculated with 72 digits, and each quotient is rounded once, to 30 decimals,
far below any price or fee. So opening and closing a position leaves no remainder.
"""

from decimal import Context, Decimal

EXACT = Context(prec=72)
"""The context of every calculation that ends in a sum: `with localcontext(EXACT):`."""

_PLACES = 30
_SMALLEST_UNIT = Decimal(1).scaleb(-_PLACES)


def round_quotient(quotient: Decimal) -> Decimal:
    """Rounds `quotient` to 30 decimals; returns it unchanged if it has fewer."""
    exponent = quotient.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -_PLACES:
        return quotient
    return quotient.quantize(_SMALLEST_UNIT, context=EXACT)
