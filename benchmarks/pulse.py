"""The source of ticks: prices that tell which tick they are, and when each was given."""

import time
from collections.abc import Callable
from decimal import Decimal

FIRST = Decimal(60_000)
STEP = Decimal("0.1")

Sent = list[int]
"""When each tick was given, in ns of the wall clock; tick n stands at n − 1."""


def price_of(tick: int) -> Decimal:
    """The price that tick `tick` brings."""
    return FIRST + tick * STEP


def tick_of(price: str) -> int:
    """Which tick brought this price, as a page or a message writes it."""
    return int((Decimal(price.replace(",", "")) - FIRST) / STEP)


class Pulse:
    """Gives prices at an even pace, in the thread that asks."""

    def __init__(self, give: Callable[[Decimal], None]) -> None:
        self._give = give
        self._sent: Sent = []

    def beat(self, count: int, every: float) -> Sent:
        """Gives `count` prices, `every` seconds apart; answers when each tick so far was given."""
        due = time.monotonic()
        for _ in range(count):
            price = price_of(len(self._sent) + 1)
            self._sent.append(time.time_ns())
            self._give(price)
            due += every
            time.sleep(max(0.0, due - time.monotonic()))
        return self._sent
