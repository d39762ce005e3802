"""LiveBook: the position book in the process of the feed. It values every position once a tick."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dashboard.clock import now_ms, wall_ms
from dashboard.domain.disagreement import Disagreement
from dashboard.domain.fill import Fill
from dashboard.domain.keys import MarketKey, PositionKey
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.position import Position
from dashboard.domain.position_selection import ManualEntry
from dashboard.domain.position_state import PositionState, opened
from dashboard.positions.account_totals import AccountTotals
from dashboard.positions.dollar_price import dollar_price
from dashboard.positions.event_text import describe_basis
from dashboard.positions.models import (
    AccountHealth,
    AccountSummary,
    EventKind,
    EventLogEntry,
    EventType,
    LivePosition,
    PositionUpdate,
    ValuationChange,
)
from dashboard.positions.position_book import PositionBook, manual_account
from dashboard.positions.valued_position import ValuedPosition
from dashboard.state.markets import Markets
from dashboard.state.runtime import MarketSnapshot


class LiveBook(PositionBook):
    """Written by the trackers of accounts, by users who enter positions, and by prices of the markets.

    Each write holds `lock`. The book is the first listener of `markets`, so later listeners see every
    position valued at the new price.
    """

    def __init__(
        self,
        markets: Markets,
        *,
        threshold: Decimal = Decimal("0.01"),
        clock: Callable[[], int] = now_ms,
        wall: Callable[[], int] = wall_ms,
    ) -> None:
        """`threshold` is the change of PnL in dollars above which a price update is published."""
        super().__init__(markets, clock, wall)
        self._threshold = threshold
        self._valued: dict[PositionKey, ValuedPosition] = {}
        self._by_market: dict[MarketKey, list[ValuedPosition]] = {}
        self._with_price: dict[ValuedPosition, None] = {}
        """Positions valued at a price that can become too old."""
        self._unpublished: dict[ValuedPosition, None] = {}
        """Positions valued again since the last price updates."""
        self._uncounted: dict[ValuedPosition, None] = {}
        """Positions valued again since the totals were last updated."""
        self._resolved: set[MarketKey] = set()
        """Markets whose instrument is known, so that manual entries apply to them."""
        self._disagreements: dict[PositionKey, Disagreement] = {}
        """Those of the newest checks, closed positions included: their unit is the same when reopened."""
        self._to_confirm: set[str] = set()
        """Exchanges with a position whose liquidation price was reached since they were last taken."""
        self._totals = AccountTotals()
        markets.register(self._on_market)

    def summary(self) -> AccountSummary:
        """Totals of all positions; unknown until every account was read or has known positions."""
        with self.lock:
            if self._is_unknown():
                return AccountSummary(self._wall(), 0, None, None, None, {})
            self._expire()
            self._count()
            summary = self._totals.summary(self._wall(), self._dollar_price)
            return replace(summary, missing=(*self.missing(), *summary.missing))

    def _dollar_price(self, coin: str) -> Decimal | None:
        return dollar_price(coin, self._markets.snapshots().values(), self._clock())

    # --- Trackers

    def add_account(self, account: str, exchange: str) -> None:
        """Adds an account that was not read yet."""
        self.accounts[account] = AccountHealth(exchange)

    def set_health(self, account: str, **changes: Any) -> None:
        """Changes the health of an account. `changes` are fields of `AccountHealth`."""
        self.accounts[account] = replace(self.accounts[account], **changes)

    def update(
        self,
        state: PositionState,
        market: MarketKey,
        terms: Position | None = None,
        difference: str | None = None,
    ) -> None:
        """Replaces the state of a position and values it, without calling listeners."""
        valued = self._valued.get(state.key)
        if valued is None:
            valued = self._valued[state.key] = ValuedPosition(state, market)
            self._by_market.setdefault(market, []).append(valued)
        self._change(valued, state, state.position(terms), difference)

    def set_disagreement(self, key: PositionKey, disagreement: Disagreement | None) -> None:
        """Replaces the result of a position's cross-check, without calling listeners."""
        if disagreement is None:
            self._disagreements.pop(key, None)
        else:
            self._disagreements[key] = disagreement
        valued = self._valued.get(key)
        if valued is not None:
            self._refresh(valued)

    def disagreement(self, key: PositionKey) -> Disagreement | None:
        """Returns the result of a position's newest cross-check."""
        return self._disagreements.get(key)

    def confirm_liquidation(self, key: PositionKey, started_at: int) -> bool:
        """Notes a reading by which a position is open beyond its liquidation price. True if that was awaited.

        Does not call listeners. `started_at` is the instant before the request (ms, monotonic).
        """
        valued = self._valued[key]
        was_awaited = valued.live.awaits_confirmation
        valued.live = replace(valued.live, confirmed_at=started_at)
        self._revalue(valued, self._snapshot(valued))
        return was_awaited and not valued.live.awaits_confirmation

    def announce(
        self, key: PositionKey, event_type: EventType = EventType.POSITION_CHANGE, fill: Fill | None = None
    ) -> None:
        """Calls the listeners with the current state of a position."""
        valued = self._valued[key]
        valued.published_pnl, valued.went_stale = valued.pnl, False
        self._notify(PositionUpdate(valued.live, event_type, self._wall(), fill))

    def add_event(self, key: PositionKey, kind: EventKind, text: str) -> None:
        """Adds an entry to the event log."""
        self._events.append(EventLogEntry(self._wall(), key, kind, text))

    # --- Users

    def enter(self, market: MarketKey, entry: ManualEntry) -> None:
        """Replaces the manual entry of one market: a whole position, only levels, or nothing."""
        with self.lock:
            if self._markets.is_main(market):
                market = self._markets.main_key  # the symbol may have been resolved just now
            self.manual = self.manual | {market: entry}
            state = self._markets.get(market)
            if state is not None and state.snapshot.key in self._resolved:
                self._apply_entry(state.snapshot)

    # --- Prices

    def publish_prices(self) -> None:
        """Calls the listeners for each open position whose PnL has moved since its last update."""
        with self.lock:
            self._expire()
            unpublished, self._unpublished = self._unpublished, {}
            for valued in unpublished:
                if valued.live.is_open and valued.has_moved(self._threshold):
                    self.announce(valued.live.key, EventType.PRICE_UPDATE)

    def take_unconfirmed(self) -> frozenset[str]:
        """Returns the exchanges whose accounts have to be read, since a liquidation price was reached."""
        with self.lock:
            taken, self._to_confirm = frozenset(self._to_confirm), set()
            return taken

    def _on_market(self, snapshot: MarketSnapshot) -> None:
        with self.lock:
            if snapshot.instrument is not None and snapshot.key not in self._resolved:
                self._on_resolved(snapshot)
            for valued in self._by_market.get(snapshot.key, ()):
                if valued.margin_tiers is not snapshot.margin_tiers:
                    self._refresh(valued)
                else:
                    self._revalue(valued, snapshot)

    # --- Manual entries

    def _on_resolved(self, snapshot: MarketSnapshot) -> None:
        """Applies an entry made before the instrument of the market was known."""
        self._resolved.add(snapshot.key)
        requested = self._markets.requested_key
        if snapshot.key == self._markets.main_key and requested in self.manual:
            manual = dict(self.manual)
            entry = manual.pop(requested)
            self.manual = {snapshot.key: entry} | manual
        if snapshot.key in self.manual:
            self._apply_entry(snapshot)

    def _apply_entry(self, snapshot: MarketSnapshot) -> None:
        """Applies the entry of a market: its levels to the accounts' positions, and its own position."""
        manual = PositionKey(manual_account(snapshot.key.exchange), snapshot.key.symbol)
        for valued in self._by_market.get(snapshot.key, ()):
            if valued.live.key != manual:
                self._refresh(valued)
                self.announce(valued.live.key)
        position = self._manual_position(snapshot)
        if position is not None or manual in self._valued:
            assert snapshot.instrument is not None
            state = opened(manual, position) if position else PositionState(manual, snapshot.instrument)
            self.update(state, snapshot.key, position)
            self.announce(manual)

    def _manual_position(self, snapshot: MarketSnapshot) -> Position | None:
        """Returns the position entered in a market; None if there is none, or an account replaces it."""
        assert snapshot.instrument is not None
        entry, exchange = self.manual_in(snapshot.key), snapshot.key.exchange
        is_shown = entry.is_shown(has_account=self._has_account(exchange))
        return entry.position.position(snapshot.instrument) if is_shown else None

    # --- Valuation

    def _refresh(self, valued: ValuedPosition) -> None:
        """Values a position again after a change of its levels, of the margin tiers, or of its check."""
        live = valued.live
        self._change(valued, live.state, live.position, live.difference)

    def _change(
        self, valued: ValuedPosition, state: PositionState, position: Position | None, difference: str | None
    ) -> None:
        snapshot = self._snapshot(valued)
        tiers = snapshot.margin_tiers if snapshot else ()
        disagreement = self._disagreements.get(state.key)
        valued.change(state, position, difference, disagreement, self._levels_for(valued), tiers)
        self._revalue(valued, snapshot)

    def _levels_for(self, valued: ValuedPosition) -> ManualPosition:
        """Returns the entry with the levels of a position; those of a whole manual position are its own."""
        live = valued.live
        entry, manual = self.manual_in(live.market), manual_account(live.market.exchange)
        is_separate = entry.is_shown(has_account=self._has_account(live.market.exchange))
        return ManualPosition() if is_separate and live.key.account != manual else entry.position

    def _has_account(self, exchange: str) -> bool:
        return any(each.exchange == exchange for each in self.accounts.values())

    def _revalue(self, valued: ValuedPosition, snapshot: MarketSnapshot | None) -> None:
        now, before, crossed_at = self._clock(), valued.live.price_basis, valued.live.crossed_at
        valued.revalue(snapshot, now, self._wall())
        if crossed_at is None and valued.live.awaits_confirmation:
            self._to_confirm.add(valued.live.market.exchange)
        if snapshot is not None and before is not None and before != valued.live.price_basis:
            self._report_basis(valued.live, snapshot, now)
        self._store(valued.live)
        self._unpublished[valued] = self._uncounted[valued] = None
        if valued.live.quote is None:
            self._with_price.pop(valued, None)
        else:
            self._with_price[valued] = None

    def _report_basis(self, live: LivePosition, snapshot: MarketSnapshot, now: int) -> None:
        """Adds a change of the price basis to the event log, except while the first prices arrive."""
        if live.price_basis is not None and not snapshot.basis.is_starting(now):
            mark = snapshot.ticker.mark
            text = describe_basis(on_mark=live.valuation.on_mark, mark_age_ms=mark.age(now) if mark else None)
            self.add_event(live.key, ValuationChange.BASIS, text)

    def _snapshot(self, valued: ValuedPosition) -> MarketSnapshot | None:
        market = self._markets.get(valued.live.market)
        return market.snapshot if market else None

    def _count(self) -> None:
        """Updates the totals. Done on read, since they are read far less often than prices tick."""
        uncounted, self._uncounted = self._uncounted, {}
        for valued in uncounted:
            self._totals.change(valued.counted, valued.live)
            valued.counted = valued.live

    def _expire(self) -> None:
        """Values each position whose price has become too old at another price, or at none."""
        now = self._clock()
        # Each market has its own age limit, so all positions are checked.
        for valued in [each for each in self._with_price if each.live.at(now) is not each.live]:
            self._revalue(valued, self._snapshot(valued))
            valued.went_stale = True

    def _is_unknown(self) -> bool:
        """True while nothing was read, or an account without known positions was not."""
        known = {key.account for key in self._valued}
        unread = [name for name, each in self.accounts.items() if each.read_at is None and name not in known]
        return bool(unread) or not (self.accounts or known)
