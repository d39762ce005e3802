"""Lineage: the exchange of ccxt that a regional one, such as myokx, is a part of."""

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

import ccxt

Value = TypeVar("Value")


@cache
def lineage(exchange: str) -> tuple[str, ...]:
    """Returns the id and those of the exchanges that it is derived from in ccxt, the nearest first."""
    return (exchange, *(each.__name__ for each in getattr(ccxt, exchange, object).__mro__[1:]))


def find(table: Mapping[str, Value], exchange: str) -> Value | None:
    """Returns the entry of an exchange, or of the nearest one that it is derived from; None without any."""
    return next((table[name] for name in lineage(exchange) if name in table), None)
