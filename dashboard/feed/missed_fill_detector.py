"""Detection of a stalled fill stream: tracks streamed fills, to find those that are missing."""

from collections import deque
from collections.abc import Iterable

from dashboard.domain.events import AccountSnapshot
from dashboard.domain.fill import Fill

_MAX_FILLS = 2_000


class MissedFillDetector:
    """Remembers streamed fills, and the time since which all fills should have been streamed."""

    def __init__(self, max_delay_ms: int) -> None:
        """A fill may arrive up to `max_delay_ms` after the trade."""
        self._max_delay_ms = max_delay_ms
        self._streamed: deque[tuple[str, str]] = deque(maxlen=_MAX_FILLS)
        self.streaming_since: int | None = None
        """The exchange's time (ms since 1970) of the first snapshot since the stream was connected."""

    def add_streamed(self, fills: Iterable[Fill]) -> None:
        """Remembers fills received from the websocket."""
        self._streamed.extend((fill.instrument.symbol, fill.id) for fill in fills)

    def stream_lost(self) -> None:
        """Expects no fills until the next snapshot."""
        self.streaming_since = None

    def misses_fill(self, snapshot: AccountSnapshot) -> bool:
        """True if a fill of the snapshot should have been streamed, but was not.

        The first snapshot of a new stream starts the time in which fills are expected.
        """
        if self.streaming_since is None:
            self.streaming_since = snapshot.requested_at
            return False
        streamed = set(self._streamed)
        expected = range(self.streaming_since + 1, snapshot.requested_at - self._max_delay_ms)
        return any(
            fill.traded_at in expected and (fill.instrument.symbol, fill.id) not in streamed
            for fill in snapshot.fills
        )
