"""Numbers from texts that others wrote: limited in length and size before anything calculates with them."""

from decimal import Decimal, InvalidOperation

MAX_NUMBER_LENGTH = 40
"""Most characters of a number: enough for 20 digits before and 18 after the point."""
_MAX_POWER = 100
"""Highest power of ten, up or down: written out, 1E+999999999 takes a gigabyte."""


class ImpossibleAmount(ValueError):
    """A number that is infinite, not a number at all (NaN), or beyond every price and amount."""


def parse_number(text: str, max_length: int = MAX_NUMBER_LENGTH) -> Decimal:
    """Returns the number that `text` is, in any script's digits. Raises ValueError, naming the text.

    The length is checked first: Python takes seconds for millions of digits.
    """
    if len(text) > max_length:
        raise ValueError(f"{shortened(text)} is longer than {max_length} characters")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if "_" in text:  # only Python groups digits so
        raise ValueError(f"{text!r} is not a number")
    if not number.is_finite() or abs(number.adjusted()) > _MAX_POWER:
        raise ImpossibleAmount(f"{text!r} is not a possible price or amount")
    return number


def shortened(text: str, max_length: int = MAX_NUMBER_LENGTH) -> str:
    """The text in quotes, cut after `max_length` characters: for messages that repeat what was given."""
    return repr(text) if len(text) <= max_length else f"{text[:max_length]!r}…"
