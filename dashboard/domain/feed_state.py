"""The state of the feed: what each event, and each silence, does to it.

The feed reports events; the health that follows from them is a value like a price is. Silence
raises no event, so staleness is judged by whoever reads, against the reader's own clock.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from dashboard.domain.events import PriceEvent, PriceReceived, Transport


class FeedState(StrEnum):
    """What a reader may believe of the price."""

    CONNECTING = "CONNECTING"
    STREAMING = "STREAMING"
    POLLING = "POLLING"
    STALE = "STALE"
    DISCONNECTED = "DISCONNECTED"


_LIVE = {Transport.STREAM: FeedState.STREAMING, Transport.POLL: FeedState.POLLING}


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """What is known of the feed. `state` is as of the last event: ask `state_at` for now."""

    poll_interval: int
    """Milliseconds between two polls."""
    state: FeedState = FeedState.CONNECTING
    received_at: int | None = None
    request_time: int = 0
    failures: int = 0
    """Failures since the last data."""
    reason: str | None = None
    """Why it is not streaming, as one line."""

    @property
    def stale_after(self) -> int:
        """Milliseconds without data after which a price is no longer live."""
        return max(5_000, 2 * self.poll_interval + self.request_time)

    def age(self, now: int) -> int | None:
        """Milliseconds since the last data; None before the first."""
        return None if self.received_at is None else max(0, now - self.received_at)

    def state_at(self, now: int) -> FeedState:
        """The state that a reader sees at `now`: silence makes a live feed STALE."""
        age = self.age(now)
        if age is None or age <= self.stale_after or self.state is FeedState.DISCONNECTED:
            return self.state
        return FeedState.STALE

    def disconnected(self, reason: str) -> "FeedHealth":
        """The health as one sees it who does not hear the feed any more: nor will it poll, however seldom."""
        return replace(self, state=FeedState.DISCONNECTED, reason=reason, poll_interval=0)

    def after(self, event: PriceEvent) -> "FeedHealth":
        """The health once `event` has happened."""
        if isinstance(event, PriceReceived):
            return self._received(event)
        return replace(
            self, state=self._broken(event.transport), failures=self.failures + 1, reason=event.reason
        )

    def _received(self, event: PriceReceived) -> "FeedHealth":
        return FeedHealth(
            poll_interval=self.poll_interval,
            state=_LIVE[event.transport],
            received_at=event.received_at,
            request_time=event.request_time,
            failures=0,
            reason=None if event.transport is Transport.STREAM else self.reason,
        )

    def _broken(self, transport: Transport) -> FeedState:
        """A broken stream leaves polling to try; a broken poll leaves nothing, but for a stream that runs."""
        streaming = self.state is FeedState.STREAMING
        if transport is Transport.STREAM:
            return FeedState.CONNECTING if streaming else self.state
        return self.state if streaming else FeedState.DISCONNECTED
