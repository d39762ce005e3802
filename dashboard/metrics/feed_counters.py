"""FeedCounters: ticks, failures and reconnects, counted from the snapshots of the markets."""

from dashboard.domain.feed_state import FeedHealth, FeedState
from dashboard.domain.keys import MarketKey
from dashboard.state.markets import Markets
from dashboard.state.runtime import MarketSnapshot

_LIVE = (FeedState.STREAMING, FeedState.POLLING)
_UNSEEN = MarketSnapshot(0, MarketKey("", ""), FeedHealth(0))


class FeedCounters:
    """Compares each snapshot of a market with the one before: a look-up and a few comparisons."""

    def __init__(self, markets: Markets) -> None:
        self._markets = markets
        self._before: dict[MarketKey, MarketSnapshot] = {}
        self._broken: set[MarketKey] = set()
        self._ticks = self._failures = self._reconnects = 0
        markets.register(self._count)

    @property
    def counts(self) -> dict[str, int]:
        """Number of ticks, failures and reconnects in all markets together."""
        return {"ticks": self._ticks, "failures": self._failures, "reconnects": self._reconnects}

    def _count(self, snapshot: MarketSnapshot) -> None:
        """Runs in the thread that changed the market."""
        # The main market is counted under one key, also before its symbol is resolved.
        is_main = self._markets.is_main(snapshot.key)
        key = self._markets.requested_key if is_main else snapshot.key
        before = self._before.get(key, _UNSEEN)
        self._before[key] = snapshot
        # A snapshot without new prices has the very ticker of the one before.
        if snapshot.ticker is not before.ticker:
            self._ticks += 1
        if snapshot.health is not before.health:
            self._compare(key, before.health, snapshot.health)

    def _compare(self, key: MarketKey, before: FeedHealth, health: FeedHealth) -> None:
        if health.failures > before.failures:
            self._failures += 1
        if health.state not in _LIVE:
            if before.state in _LIVE:
                self._broken.add(key)
        elif key in self._broken:
            self._broken.discard(key)
            self._reconnects += 1
