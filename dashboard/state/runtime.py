"""RuntimeConfig: the one live state. One writer, immutable snapshots, readers that never wait."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from dashboard.clock import now_ms
from dashboard.domain.events import (
    FeedEvent,
    FeedFailed,
    InstrumentResolved,
    MarginTiersReceived,
    PositionsFailed,
    PositionsRead,
    PriceReceived,
    SupplementalPrice,
)
from dashboard.domain.feed_state import FeedHealth
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.market import Instrument, Ticker
from dashboard.domain.position import Position
from dashboard.domain.position_selection import PositionSelection
from dashboard.domain.risk import RiskLevels, RiskStatus
from dashboard.domain.valuation import Valuation, value

log = logging.getLogger(__name__)

Listener = Callable[["Snapshot"], None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is known at one version. It ages: ask `valuation_at` and `health.state_at` for now."""

    version: int
    health: FeedHealth
    holdings: PositionSelection = PositionSelection()
    instrument: Instrument | None = None
    """None until the exchange was reached and the symbol found."""
    ticker: Ticker = Ticker()
    position: Position | None = None
    levels: RiskLevels | None = None
    valuation: Valuation = Valuation(RiskStatus.UNKNOWN)
    """As of the newest event."""

    def valuation_at(self, now: int) -> Valuation:
        """The valuation that a reader may show at `now`: unknown once the price is too old."""
        quote = self.valuation.quote
        if quote is not None and quote.age(now) <= self.health.stale_after:
            return self.valuation
        if not self.holdings.known or self.instrument is None:
            return Valuation(RiskStatus.UNKNOWN)
        return value(self.position, self.levels, self.ticker, now=now, stale_after=self.health.stale_after)

    def about(
        self, holdings: PositionSelection, position: Position | None, levels: RiskLevels | None
    ) -> "Snapshot":
        """The same moment, but another position in the market."""
        other = replace(self, holdings=holdings, position=position, levels=levels)
        ticker, quote = self.ticker, self.valuation.quote
        at = quote.received_at if quote else 0
        worth = value(position, levels, ticker, now=at, stale_after=self.health.stale_after)
        return replace(other, valuation=worth)


class RuntimeConfig:
    """Holds the latest price, PnL and risk, and tells its listeners of every change.

    `apply` and `enter` are safe from any thread; they take turns. `snapshot` needs no lock.
    Listeners are called in the order of their registration, in the writer's thread, and must be
    quick; one that raises is logged and harms no other.
    """

    def __init__(
        self,
        poll_interval: int,
        *,
        holdings: PositionSelection | None = None,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        """`poll_interval` is in milliseconds."""
        self._clock = clock
        self._turn = threading.Lock()
        self._registering = threading.Lock()  # of its own, so that a listener may take itself off
        self._listeners: tuple[Listener, ...] = ()
        self.snapshot = Snapshot(0, FeedHealth(poll_interval), holdings or PositionSelection())

    def register(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with each new snapshot from now on. Returns what takes it off again."""
        with self._registering:
            self._listeners += (listener,)
        return partial(self._unregister, listener)

    def apply(self, event: FeedEvent) -> None:
        """Lets one event of the feed change the state."""
        with self._turn:
            self._change(event)

    def mirror(self, snapshot: Snapshot) -> None:
        """Takes over what the same market's state is in another process."""
        with self._turn:
            self.snapshot = snapshot
            self._tell()

    def enter(self, entered: ManualPosition, *, kept: bool = False) -> None:
        """Replaces what was entered by hand; an empty `ManualPosition` takes it away.

        `kept`: it was entered in an earlier run, so the exchange's own position comes first.
        """
        with self._turn:
            self._publish(holdings=replace(self.snapshot.holdings, entered=entered, kept=kept))

    def _change(self, event: FeedEvent) -> None:
        now = self.snapshot
        match event:
            case PriceReceived():
                self._publish(health=now.health.after(event), ticker=now.ticker.merged(event.ticker))
            case SupplementalPrice():
                self._publish(ticker=now.ticker.merged(event.ticker))
            case FeedFailed():
                self._publish(health=now.health.after(event))
            case InstrumentResolved():
                self._publish(instrument=event.instrument)
            case PositionsRead():
                self._publish(holdings=now.holdings.after_read(event.at, event.positions))
            case PositionsFailed():
                self._publish(holdings=now.holdings.after_failure(event.reason))
            case MarginTiersReceived():
                self._publish(holdings=replace(now.holdings, tiers=event.tiers))

    def _publish(
        self,
        *,
        health: FeedHealth | None = None,
        holdings: PositionSelection | None = None,
        instrument: Instrument | None = None,
        ticker: Ticker | None = None,
    ) -> None:
        """Makes the next snapshot of what is new and what stays, and tells the listeners."""
        old = self.snapshot
        snapshot = Snapshot(
            version=old.version + 1,
            health=health or old.health,
            holdings=holdings or old.holdings,
            instrument=instrument or old.instrument,
            ticker=ticker or old.ticker,
            position=old.position,
            levels=old.levels,
        )
        if holdings or instrument:
            snapshot = _with_position(snapshot)
        self.snapshot = replace(snapshot, valuation=snapshot.valuation_at(self._clock()))
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            try:
                listener(self.snapshot)
            except Exception:
                log.exception("a listener of the live state failed; the others go on")

    def _unregister(self, listener: Listener) -> None:
        with self._registering:
            self._listeners = tuple(one for one in self._listeners if one is not listener)


def _with_position(snapshot: Snapshot) -> Snapshot:
    """The snapshot with the position and the levels that follow from its holdings."""
    if snapshot.instrument is None:
        return snapshot
    position = snapshot.holdings.shown(snapshot.instrument)
    levels = snapshot.holdings.levels(position) if position else None
    return replace(snapshot, position=position, levels=levels)
