"""A source of ticks: prices that encode their tick number, with the time of each."""

import time
from collections.abc import Callable
from decimal import Decimal

FIRST = Decimal(60_000)
STEP = Decimal("0.1")

Sent = list[int]
"""Time of each tick in ns of the wall clock; tick n is at index n − 1."""


def price_of(tick: int) -> Decimal:
    """The price of tick `tick`."""
    return FIRST + tick * STEP


def tick_of(price: str) -> int:
    """The tick of a price in the format of a page or a message."""
    return int((Decimal(price.replace(",", "")) - FIRST) / STEP)


class Pulse:
    """Publishes prices at a steady rate, in the calling thread."""

    def __init__(self, publish: Callable[[Decimal], None]) -> None:
        self._publish = publish
        self._sent: Sent = []

    def beat(self, count: int, every: float) -> Sent:
        """Publishes `count` prices, `every` seconds apart; returns the times of all ticks so far."""
        due = time.monotonic()
        for _ in range(count):
            price = price_of(len(self._sent) + 1)
            self._sent.append(time.time_ns())
            self._publish(price)
            due += every
            time.sleep(max(0.0, due - time.monotonic()))
        return self._sent
