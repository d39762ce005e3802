"""What the markets' snapshots tell of the feed, counted: ticks, failures, and recoveries."""

from dashboard.domain.feed_state import FeedHealth, FeedState
from dashboard.state.markets import Markets
from dashboard.state.runtime import Snapshot

_LIVE = (FeedState.STREAMING, FeedState.POLLING)
_UNSEEN = Snapshot(0, FeedHealth(0))


class FeedCounters:
    """Compares each snapshot of a market with the one before: a look-up and a few comparisons."""

    def __init__(self, markets: Markets) -> None:
        self._markets = markets
        self._before: dict[str | None, Snapshot] = {}
        self._broken: set[str | None] = set()
        self._ticks = self._failures = self._reconnects = 0
        markets.register(self._look)

    @property
    def counts(self) -> dict[str, int]:
        """How often each has happened, in all markets together."""
        return {"ticks": self._ticks, "failures": self._failures, "reconnects": self._reconnects}

    def _look(self, snapshot: Snapshot) -> None:
        """Runs in the thread that changed the market."""
        name = self._name(snapshot)
        before = self._before.get(name, _UNSEEN)
        self._before[name] = snapshot
        # A snapshot without news of prices has the very ticker of the one before.
        if snapshot.ticker is not before.ticker and snapshot.ticker is not _UNSEEN.ticker:
            self._ticks += 1
        if snapshot.health is not before.health:
            self._judge(name, before.health, snapshot.health)

    def _judge(self, name: str | None, before: FeedHealth, health: FeedHealth) -> None:
        if health.failures > before.failures:
            self._failures += 1
        if health.state not in _LIVE:
            if before.state in _LIVE:
                self._broken.add(name)
        elif name in self._broken:
            self._broken.discard(name)
            self._reconnects += 1

    def _name(self, snapshot: Snapshot) -> str | None:
        """None for the main market, which has no symbol before it was found."""
        if snapshot is self._markets.main.snapshot or snapshot.instrument is None:
            return None
        return snapshot.instrument.symbol
