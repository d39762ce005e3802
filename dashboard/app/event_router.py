"""Where each event of the feed goes: to its market, to the tracker, and back to what the feed watches."""

from collections.abc import Callable, Iterable

from dashboard.clock import now_ms
from dashboard.domain.events import (
    AccountEvent,
    AccountFailed,
    AccountSnapshot,
    FeedEvent,
    FillsReceived,
    InstrumentResolved,
    MarginTiersReceived,
    PositionsFailed,
    PositionsRead,
    PriceReceived,
    SupplementalPrice,
)
from dashboard.domain.market import Instrument
from dashboard.feed.price_feed import PriceFeed
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets


class EventRouter:
    """Takes what the feed reports. All of it happens in the feed's thread."""

    feed: PriceFeed
    """Follows the open positions. To be set before the feed starts."""

    def __init__(
        self,
        markets: Markets,
        tracker: PositionTracker,
        on_resolved: Callable[[Instrument], None] = lambda _instrument: None,
    ) -> None:
        """`on_resolved` is told once the main market was found."""
        self._markets = markets
        self._tracker = tracker
        self._on_resolved = on_resolved
        self._held: frozenset[str] = frozenset()

    def market(self, symbol: str | None, event: FeedEvent) -> None:
        """What was told of a market: None is the main one."""
        if symbol is not None and symbol not in self._held:
            return  # the last words of a market that is no more followed
        self._markets.apply(symbol, event)
        market, name = self._markets.of(symbol), symbol or self._markets.symbol
        if market is None or name is None:
            return
        match event:
            case PriceReceived() | SupplementalPrice():
                self._tracker.priced(name, market.snapshot.ticker, market.snapshot.health.stale_after)
            case MarginTiersReceived():
                self._tracker.with_tiers(name, event.tiers)
            case InstrumentResolved() if symbol is None:
                self._on_resolved(event.instrument)

    def account(self, event: AccountEvent) -> None:
        """What was told of the account: into the tracker, and from there to the markets of its positions."""
        self._tracker.apply(event)
        held = self._held = self._tracker.symbols()
        match event:
            case FillsReceived():
                self._show(fill.instrument.symbol for fill in event.fills)
            case AccountSnapshot():
                self._show((*held, *self._watched()))
            case AccountFailed():
                for symbol in self._watched():
                    self._markets.apply(symbol, PositionsFailed(event.reason))
        self.feed.set_watched_markets(held)
        self._markets.keep(held)

    def _show(self, symbols: Iterable[str]) -> None:
        for symbol in dict.fromkeys(symbols):
            self._markets.apply(symbol, PositionsRead(now_ms(), self._tracker.positions_of(symbol)))

    def _watched(self) -> tuple[str, ...]:
        markets = (snapshot.instrument for snapshot in self._markets.snapshots())
        return tuple(instrument.symbol for instrument in markets if instrument is not None)
