"""The state of the feed, as it follows from events and from silence.

Silence causes no event, so staleness is calculated at each look, from the clock of the caller.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from dashboard.domain.events import PriceEvent, PriceReceived, Transport


class FeedState(StrEnum):
    """How far the price can be trusted."""

    CONNECTING = "CONNECTING"
    STREAMING = "STREAMING"
    POLLING = "POLLING"
    STALE = "STALE"
    DISCONNECTED = "DISCONNECTED"


_MIN_STALE_AFTER_MS = 5_000

_LIVE = {Transport.STREAM: FeedState.STREAMING, Transport.POLL: FeedState.POLLING}


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """The health of the feed. `state` is that after the last event; `state_at` includes staleness."""

    poll_interval_ms: int
    """Milliseconds between two polls."""
    state: FeedState = FeedState.CONNECTING
    received_at: int | None = None
    request_time_ms: int = 0
    failures: int = 0
    """Failures since the last price."""
    reason: str | None = None
    """The reason why it is not streaming, in one line."""

    @property
    def stale_after(self) -> int:
        """Milliseconds without a price after which the feed is stale."""
        return max(_MIN_STALE_AFTER_MS, 2 * self.poll_interval_ms + self.request_time_ms)

    def age(self, now: int) -> int | None:
        """Milliseconds since the last price; None before the first."""
        return None if self.received_at is None else max(0, now - self.received_at)

    def state_at(self, now: int) -> FeedState:
        """The state at `now`: a live feed without prices for too long is STALE."""
        age = self.age(now)
        if age is None or age <= self.stale_after or self.state is FeedState.DISCONNECTED:
            return self.state
        return FeedState.STALE

    def disconnected(self, reason: str) -> "FeedHealth":
        """The health once the connection to the feed's process is lost: no poll will follow."""
        return replace(self, state=FeedState.DISCONNECTED, reason=reason, poll_interval_ms=0)

    def after(self, event: PriceEvent) -> "FeedHealth":
        """The health after `event`."""
        if isinstance(event, PriceReceived):
            return self._received(event)
        return replace(
            self, state=self._failed(event.transport), failures=self.failures + 1, reason=event.reason
        )

    def _received(self, event: PriceReceived) -> "FeedHealth":
        return FeedHealth(
            poll_interval_ms=self.poll_interval_ms,
            state=_LIVE[event.transport],
            received_at=event.received_at,
            request_time_ms=event.request_time_ms,
            failures=0,
            reason=None if event.transport is Transport.STREAM else self.reason,
        )

    def _failed(self, transport: Transport) -> FeedState:
        """A failed stream leaves polling to try; a failed poll disconnects unless the stream runs."""
        streaming = self.state is FeedState.STREAMING
        if transport is Transport.STREAM:
            return FeedState.CONNECTING if streaming else self.state
        return self.state if streaming else FeedState.DISCONNECTED
