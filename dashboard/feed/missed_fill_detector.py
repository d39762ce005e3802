"""Which fills the websocket told, so that one that it did not tell shows that it is deaf."""

from collections import deque
from collections.abc import Iterable

from dashboard.domain.events import AccountSnapshot
from dashboard.domain.fill import Fill

_KEPT = 2_000
_LATE = 3_000
"""Milliseconds that a fill may take to be heard."""


class MissedFillDetector:
    """Remembers fills, and from when on all of them should have been heard."""

    def __init__(self) -> None:
        self._told: deque[tuple[str, str]] = deque(maxlen=_KEPT)
        self._since: int | None = None

    def told(self, fills: Iterable[Fill]) -> None:
        """The websocket told these."""
        self._told.extend((fill.instrument.symbol, fill.id) for fill in fills)

    def lost_touch(self) -> None:
        """The websocket broke: nothing is expected of it."""
        self._since = None

    def lack(self, reading: AccountSnapshot) -> bool:
        """Whether a fill of the reading should have been heard, but was not.

        The first reading of a new websocket begins the time for which this is asked.
        """
        if self._since is None:
            self._since = reading.requested_at
            return False
        told, expected = set(self._told), range(self._since + 1, reading.requested_at - _LATE)
        return any(
            fill.traded_at in expected and (fill.instrument.symbol, fill.id) not in told
            for fill in reading.fills
        )
