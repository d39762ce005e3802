"""Decimals as Bitget writes them."""

from decimal import Decimal


def decimal_text(number: Decimal) -> str:
    """Formats a number without exponent and without trailing zeros."""
    return format(number.normalize(), "f")
