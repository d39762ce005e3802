"""LiveBook: the position book where the feed runs. It values every position once a tick."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from dashboard.clock import now_ms, wall_ms
from dashboard.domain.currencies import USD_EQUIVALENTS
from dashboard.domain.fill import Fill
from dashboard.domain.keys import MarketKey, PositionKey
from dashboard.domain.position import Position
from dashboard.domain.position_selection import ManualEntry
from dashboard.domain.position_state import PositionState, opened
from dashboard.domain.valuation import valuation_price
from dashboard.positions.account_totals import AccountTotals
from dashboard.positions.models import (
    AccountHealth,
    AccountSummary,
    EventKind,
    EventLogEntry,
    EventType,
    PositionUpdate,
)
from dashboard.positions.position_book import PositionBook, manual_account
from dashboard.positions.valued_position import ValuedPosition
from dashboard.state.markets import Markets
from dashboard.state.runtime import MarketSnapshot


class LiveBook(PositionBook):
    """Is written by the trackers of the accounts, by what users enter, and by the prices of the markets.

    Writers take turns. It is the first listener of `markets`: whoever registers there after it is called
    when every position is valued at the new price.
    """

    def __init__(
        self,
        markets: Markets,
        *,
        threshold: Decimal = Decimal("0.01"),
        clock: Callable[[], int] = now_ms,
        wall: Callable[[], int] = wall_ms,
    ) -> None:
        """`threshold` is the move of PnL in dollars above which a price update is published."""
        super().__init__(markets, clock, wall)
        self._threshold = threshold
        self._valued: dict[PositionKey, ValuedPosition] = {}
        self._by_market: dict[MarketKey, list[ValuedPosition]] = {}
        self._priced: dict[ValuedPosition, None] = {}
        self._touched: dict[ValuedPosition, None] = {}
        self._uncounted: dict[ValuedPosition, None] = {}
        self._resolved: set[MarketKey] = set()
        self._totals = AccountTotals()
        markets.register(self._on_market)

    def summary(self) -> AccountSummary:
        """Totals of all positions; unknown while an account without known positions was never read."""
        with self.lock:
            if self._is_unknown():
                return AccountSummary(self._wall(), 0, None, None, None, {})
            self._expire()
            self._count()
            return self._totals.summary(self._wall(), partial(self._dollar_price, self._clock()))

    # --- Written by the trackers

    def add_account(self, account: str, exchange: str) -> None:
        """Adds an account that is going to be read."""
        self.accounts[account] = AccountHealth(exchange)

    def set_health(self, account: str, *, read_at: int | None, problem: str | None) -> None:
        """Sets the state of an account's readings."""
        self.accounts[account] = AccountHealth(self.accounts[account].exchange, read_at, problem)

    def update(
        self,
        state: PositionState,
        market: MarketKey,
        terms: Position | None = None,
        difference: str | None = None,
    ) -> None:
        """Takes over a position's new state and values it. Listeners are not called yet."""
        valued = self._valued.get(state.key)
        if valued is None:
            valued = self._valued[state.key] = ValuedPosition(state, market)
            self._by_market.setdefault(market, []).append(valued)
        self._change(valued, state, state.position(terms), difference)

    def announce(
        self, key: PositionKey, event_type: EventType = EventType.POSITION_CHANGE, fill: Fill | None = None
    ) -> None:
        """Calls the listeners with a position as it is now."""
        valued = self._valued[key]
        valued.published_pnl, valued.went_stale = valued.pnl, False
        self._notify(PositionUpdate(valued.live, event_type, self._wall(), fill))

    def add_event(self, key: PositionKey, kind: EventKind, text: str) -> None:
        """Adds an entry to the event log."""
        self._events.append(EventLogEntry(self._wall(), key, kind, text))

    # --- Written by users

    def enter(self, market: MarketKey, entry: ManualEntry) -> None:
        """Replaces what was entered by hand in one market: a whole position, only levels, or nothing."""
        with self.lock:
            self.manual = self.manual | {market: entry}
            state = self._markets.get(market)
            if state is not None and state.snapshot.key in self._resolved:
                self._apply_entry(state.snapshot)

    # --- Moved by prices

    def publish_prices(self) -> None:
        """Calls the listeners for each open position whose PnL has moved since it was last published."""
        with self.lock:
            self._expire()
            touched, self._touched = self._touched, {}
            for valued in touched:
                if valued.live.is_open and valued.has_moved(self._threshold):
                    self.announce(valued.live.key, EventType.PRICE_UPDATE)

    def _on_market(self, snapshot: MarketSnapshot) -> None:
        with self.lock:
            if snapshot.instrument is not None and snapshot.key not in self._resolved:
                self._on_resolved(snapshot)
            for valued in self._by_market.get(snapshot.key, ()):
                if valued.margin_tiers is not snapshot.margin_tiers:
                    live = valued.live
                    self._change(valued, live.state, live.position, live.difference)
                else:
                    self._price(valued, snapshot)

    def _on_resolved(self, snapshot: MarketSnapshot) -> None:
        """Applies what was entered for a market before its instrument was known."""
        self._resolved.add(snapshot.key)
        requested = self._markets.requested_key
        if snapshot.key == self._markets.main_key and requested in self.manual:
            manual = dict(self.manual)
            entry = manual.pop(requested)
            self.manual = manual | {snapshot.key: entry}
        if snapshot.key in self.manual:
            self._apply_entry(snapshot)

    def _apply_entry(self, snapshot: MarketSnapshot) -> None:
        """Makes the manual position of a market, and gives its levels to the other positions there."""
        assert snapshot.instrument is not None
        exchange, entry = snapshot.key.exchange, self.manual_in(snapshot.key)
        manual = PositionKey(manual_account(exchange), snapshot.key.symbol)
        for valued in self._by_market.get(snapshot.key, ()):
            live = valued.live
            if live.key != manual:
                self._change(valued, live.state, live.position, live.difference)
                self.announce(live.key)
        has_account = any(each.exchange == exchange for each in self.accounts.values())
        shown = entry.is_shown(has_account=has_account)
        position = entry.position.position(snapshot.instrument) if shown else None
        if position is not None or manual in self._valued:
            state = opened(manual, position) if position else PositionState(manual, snapshot.instrument)
            self.update(state, snapshot.key, position)
            self.announce(manual)

    # --- How

    def _change(
        self, valued: ValuedPosition, state: PositionState, position: Position | None, difference: str | None
    ) -> None:
        market = self._markets.get(valued.live.market)
        tiers = market.snapshot.margin_tiers if market else ()
        valued.change(state, position, difference, self.manual_in(valued.live.market).position, tiers)
        self._price(valued, market.snapshot if market else None)

    def _price(self, valued: ValuedPosition, snapshot: MarketSnapshot | None) -> None:
        valued.price(snapshot, self._clock(), self._wall())
        self._store(valued.live)
        self._touched[valued] = self._uncounted[valued] = None
        if valued.live.quote is None:
            self._priced.pop(valued, None)
        else:
            self._priced[valued] = None

    def _count(self) -> None:
        """Brings the totals up to date. They are read far less often than prices tick."""
        uncounted, self._uncounted = self._uncounted, {}
        for valued in uncounted:
            self._totals.change(valued.counted, valued.live)
            valued.counted = valued.live

    def _expire(self) -> None:
        """Values again each position whose price has grown too old: at another price, or at none."""
        now = self._clock()
        # All are looked at: each market has its own limit of age.
        for valued in [each for each in self._priced if each.live.at(now) is not each.live]:
            market = self._markets.get(valued.live.market)
            self._price(valued, market.snapshot if market else None)
            valued.went_stale = True

    def _is_unknown(self) -> bool:
        known = {key.account for key in self._valued}
        unread = [name for name, each in self.accounts.items() if each.read_at is None and name not in known]
        return bool(unread) or not (self.accounts or known)

    def _dollar_price(self, now: int, coin: str) -> Decimal | None:
        """A live price of a coin in dollars, from any watched market of it."""
        for key, snapshot in self._markets.snapshots().items():
            base, _, rest = key.symbol.partition("/")
            if base == coin and rest.partition(":")[0] in USD_EQUIVALENTS:
                quote, _ = valuation_price(snapshot.ticker, now, snapshot.health.stale_after)
                if quote is not None:
                    return quote.value
        return None
