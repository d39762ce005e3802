"""EventRouter: passes each event of the feeds to its market or account."""

from collections.abc import Callable

from dashboard.domain.events import AccountEvent, FeedEvent, InstrumentResolved
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Instrument
from dashboard.feed.price_feed import PriceFeed
from dashboard.positions.live_book import LiveBook
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets


class EventRouter:
    """Applies the feeds' events, in each feed's thread, and keeps the feeds on the right markets."""

    def __init__(
        self,
        markets: Markets,
        book: LiveBook,
        on_resolved: Callable[[MarketKey, Instrument], None] = lambda _key, _instrument: None,
    ) -> None:
        """`on_resolved` is called once the main market is resolved."""
        self._markets = markets
        self._book = book
        self._on_resolved = on_resolved
        self._watched: frozenset[MarketKey] = frozenset()
        self.feeds: dict[str, PriceFeed] = {}
        """The feed of each exchange connection, which watches the markets of open positions."""

    def market(self, key: MarketKey, event: FeedEvent) -> None:
        """Applies an event of one market."""
        is_main = self._markets.is_main(key)
        if not is_main and key not in self._watched:
            return  # a late event of a market that is no longer watched
        self._markets.apply(key, event)
        self._read_unconfirmed()
        if is_main and isinstance(event, InstrumentResolved):
            self._on_resolved(self._markets.main_key, event.instrument)

    def account(self, tracker: PositionTracker, event: AccountEvent) -> None:
        """Applies an event of one account, then watches the markets of the open positions."""
        tracker.apply(event)
        self._read_unconfirmed()
        self._watched = self._book.open_markets()
        for exchange, feed in self.feeds.items():
            feed.set_watched_markets(key.symbol for key in self._watched if key.exchange == exchange)
        self._markets.keep(self._watched)

    def _read_unconfirmed(self) -> None:
        """Requests a reading where a liquidation price was reached, since margin may have been added."""
        for exchange in self._book.take_unconfirmed():
            if exchange in self.feeds:
                self.feeds[exchange].read_positions()
