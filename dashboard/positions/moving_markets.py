"""MovingMarkets: the markets with a recent fill, whose positions the exchange may still report as before."""

SETTLED_AFTER_MS = 10_000
"""Time after a fill from which on every request returns positions that include it."""


class MovingMarkets:
    """Remembers when the newest fill of each market was received, in ms of the monotonic clock."""

    def __init__(self) -> None:
        self._filled_at: dict[str, int] = {}

    def add_fill(self, symbol: str, now: int) -> None:
        """Remembers that a fill was received."""
        self._filled_at[symbol] = now

    def is_moving(self, symbol: str, now: int) -> bool:
        """True for some seconds after a fill of the market."""
        at = self._filled_at.get(symbol)
        return at is not None and now - at < SETTLED_AFTER_MS

    def settles_in_ms(self, now: int) -> int | None:
        """Milliseconds until no market is moving; None if none is."""
        left = max(self._filled_at.values(), default=now - SETTLED_AFTER_MS) + SETTLED_AFTER_MS - now
        return left if left > 0 else None
