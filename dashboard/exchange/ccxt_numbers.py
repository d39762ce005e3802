"""The limit of numbers inside ccxt, whose arithmetic would take hours and all memory for 1E+999999999."""

from typing import Any

from ccxt.base.errors import BadResponse
from ccxt.base.precise import Precise

_MAX_LENGTH = 120
"""Characters of a number: products that ccxt calculates are longer than what exchanges send."""
_MAX_POWER_DIGITS = 3
"""Digits of a power of ten."""

_unlimited = Precise.__init__


def limit_numbers() -> None:
    """Makes ccxt raise BadResponse for endless numbers. Every parser of ccxt calculates with this class."""
    Precise.__init__ = _init


def _init(self: Any, number: Any, decimals: int | None = None) -> None:
    if decimals is None and (len(number) > _MAX_LENGTH or _has_large_power(number)):
        raise BadResponse(f"a number is endless: {number[:_MAX_LENGTH]}")
    _unlimited(self, number, decimals)


def _has_large_power(number: str) -> bool:
    _, mark, power = number.lower().partition("e")
    return bool(mark) and len(power.lstrip("+-0")) > _MAX_POWER_DIGITS
