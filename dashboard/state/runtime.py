"""RuntimeConfig: the live state of one market. One writer, immutable snapshots, readers that never wait."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from dashboard.domain.events import (
    FeedEvent,
    FeedFailed,
    InstrumentResolved,
    MarginTiersReceived,
    PriceReceived,
    SupplementalPrice,
)
from dashboard.domain.feed_state import FeedHealth
from dashboard.domain.keys import MarketKey
from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Instrument, Quote, Ticker
from dashboard.domain.price_basis import PriceBasis

log = logging.getLogger(__name__)

MarketListener = Callable[["MarketSnapshot"], None]


@dataclass(frozen=True, slots=True)
class MarketSnapshot:
    """Everything known of one market at one version. It ages: ask `health.state_at` and each quote's age."""

    version: int
    key: MarketKey
    health: FeedHealth
    instrument: Instrument | None = None
    """None until the exchange was reached and the symbol found."""
    ticker: Ticker = Ticker()
    margin_tiers: tuple[MarginTier, ...] = ()
    basis: PriceBasis = PriceBasis()
    """Decides between mark and last price."""

    def price_at(self, now: int) -> tuple[Quote | None, bool]:
        """Returns the live price to value positions on, None without one, and True for the mark price."""
        return self.basis.price(self.ticker, now, self.health.stale_after)


class RuntimeConfig:
    """Holds the newest prices of one market, and notifies its listeners of every change.

    `apply` is safe from any thread; writers take turns. Reading `snapshot` needs no lock. Listeners are
    called in the order of their registration, in the writer's thread, and must be quick; one that raises
    is logged and does not affect the others.
    """

    def __init__(self, key: MarketKey, poll_interval: int) -> None:
        """`poll_interval` is in milliseconds."""
        self._lock = threading.Lock()
        self._registration = threading.Lock()  # a lock of its own: a listener may unregister itself
        self._listeners: tuple[MarketListener, ...] = ()
        self.snapshot = MarketSnapshot(0, key, FeedHealth(poll_interval))

    def register(self, listener: MarketListener) -> Callable[[], None]:
        """Calls `listener` with each new snapshot from now on. Returns the function that unregisters it."""
        with self._registration:
            self._listeners += (listener,)
        return partial(self._unregister, listener)

    def apply(self, event: FeedEvent) -> None:
        """Applies one event of the feed."""
        with self._lock:
            self.snapshot = _after(self.snapshot, event)
            self._notify()

    def mirror(self, snapshot: MarketSnapshot) -> None:
        """Replaces the state by that of the same market in another process."""
        with self._lock:
            self.snapshot = snapshot
            self._notify()

    def _notify(self) -> None:
        for listener in self._listeners:
            try:
                listener(self.snapshot)
            except Exception:
                log.exception("a listener of the live state failed; the others are not affected")

    def _unregister(self, listener: MarketListener) -> None:
        with self._registration:
            self._listeners = tuple(each for each in self._listeners if each is not listener)


def _after(snapshot: MarketSnapshot, event: FeedEvent) -> MarketSnapshot:
    """The next snapshot, with what `event` changes."""
    version = snapshot.version + 1
    match event:
        case PriceReceived():
            ticker, basis = _merged(snapshot, event.ticker, event.received_at)
            health, tiers = snapshot.health.after(event), snapshot.margin_tiers
            # Without `replace`, which would take as long as all the rest of a tick.
            return MarketSnapshot(version, snapshot.key, health, snapshot.instrument, ticker, tiers, basis)
        case SupplementalPrice():
            ticker, basis = _merged(snapshot, event.ticker, event.ticker.newest_at)
            return replace(snapshot, version=version, ticker=ticker, basis=basis)
        case FeedFailed():
            return replace(snapshot, version=version, health=snapshot.health.after(event))
        case InstrumentResolved():
            key = MarketKey(snapshot.key.exchange, event.instrument.symbol)
            return replace(snapshot, version=version, key=key, instrument=event.instrument)
        case MarginTiersReceived():
            return replace(snapshot, version=version, margin_tiers=event.tiers)


def _merged(snapshot: MarketSnapshot, newer: Ticker, received_at: int | None) -> tuple[Ticker, PriceBasis]:
    """The ticker with the prices received at `received_at`, None without any, and the basis after them."""
    before = snapshot.ticker
    ticker = before.merged(newer)
    if received_at is None:
        return ticker, snapshot.basis
    return ticker, snapshot.basis.after(before, ticker, received_at, snapshot.health.stale_after)
