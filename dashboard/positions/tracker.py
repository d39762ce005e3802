"""PositionTracker: the single source of truth for the positions of one account."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.events import AccountEvent, AccountFailed, AccountSnapshot, FillsReceived
from dashboard.domain.fill import Fill
from dashboard.domain.journal import EVENTS_KEPT_MS, Journal
from dashboard.domain.keys import MarketKey, PositionKey
from dashboard.domain.position import Position
from dashboard.domain.position_state import PositionState
from dashboard.domain.reconcile import (
    Difference,
    DifferenceKind,
    difference_kind,
    find_differences,
    positions_by_key,
)
from dashboard.domain.stated_liquidation import confirms_liquidation, with_crossed_liquidation
from dashboard.domain.transitions import PositionEvent
from dashboard.positions.account_history import AccountHistory
from dashboard.positions.audit_records import record_kind, record_of, snapshot_record
from dashboard.positions.cross_checks import CrossChecks
from dashboard.positions.event_text import describe_change
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import EventType, LivePosition, ReportCheck
from dashboard.positions.trail_replay import RestoredPositions

log = logging.getLogger(__name__)

Recorder = Callable[[str, Mapping[str, Any]], bool]


class PositionTracker:
    """Builds the positions of one account from fills and account snapshots, and writes them to the book.

    Each write holds the book's lock.
    """

    def __init__(
        self,
        account: str,
        book: LiveBook,
        exchange: str,
        *,
        record: Recorder = lambda _kind, _entry: True,
        restored: RestoredPositions | None = None,
    ) -> None:
        """`exchange` is the connection of the account. `record` is called before the listeners.

        The tracker takes over the journal of `restored`.
        """
        restored = restored or RestoredPositions(Journal(account))
        self.account = account
        self.exchange = exchange
        self._book = book
        self._record = record
        self._journal = restored.journal
        self._owners = restored.owners
        self._confirmed: set[PositionKey] = set()
        """Positions that once agreed with the exchange, or whose figures were adopted from it."""
        self._terms: dict[PositionKey, Position] = {}
        """The exchange's positions as last read; the liquidation price is dropped once the size changes."""
        self._compared: set[PositionKey] = set()
        """Positions whose liquidation price was compared with a price when it was read."""
        self._has_new_events = False
        self.unrecorded = 0
        """The number of events that could not be recorded, until a checkpoint has them."""
        self.complete_until = restored.complete_until
        """The exchange's time up to which every fill is known; None until a complete history was read."""
        self._recorded_until = restored.complete_until
        book.add_account(account, exchange)
        self._checks = CrossChecks(book, self._record_change, restored.disagreements)
        self._restore()

    def get_all_positions(self) -> dict[PositionKey, LivePosition]:
        """Returns the account's open positions, without figures of prices that are too old."""
        positions = self._book.get_all_positions()
        return {key: live for key, live in positions.items() if key.account == self.account}

    def symbols(self) -> frozenset[str]:
        """Returns the unified symbols of the account's open positions."""
        return frozenset(state.key.symbol for state in self._journal.positions if state.contracts)

    def adoptions(self) -> tuple[PositionAdjustment, ...]:
        """Returns the exchange's figures with which positions began."""
        keys = (state.key for state in self._journal.positions)
        events = (event for key in keys for event in self._journal.events(key))
        return tuple(
            event for event in events if isinstance(event, PositionAdjustment) and event.replaces_history
        )

    def in_doubt(self, snapshot: AccountSnapshot) -> frozenset[str]:
        """Returns the symbols whose positions in an account snapshot differ from those built here."""
        with self._book.lock:
            return frozenset(each.key.symbol for each in self._differences(snapshot))

    def apply(self, event: AccountEvent) -> None:
        """Applies one event of the account: records each change, then calls the listeners."""
        with self._book.lock:
            match event:
                case FillsReceived():
                    for fill in event.fills:
                        self._apply_event(fill)
                case AccountSnapshot():
                    self._reconcile(event)
                case AccountFailed():
                    self._book.set_health(self.account, problem=event.reason)

    @property
    def history(self) -> AccountHistory:
        """Everything that is known of the account, for a checkpoint. To be read with the book's lock held."""
        disagreements = dict(self._checks.recorded)
        return AccountHistory(
            self.account, self._journal.histories, self.complete_until, disagreements, self._owners
        )

    def prune_before(self, time: int) -> None:
        """Removes most events before `time` (ms since 1970). To be called with the book's lock held."""
        self._journal.prune_before(time)

    def record_reading(self) -> None:
        """Records the time up to which no fill is missing, unless the trail lacks an event."""
        until = self.complete_until
        if until in (None, self._recorded_until) or self.unrecorded:
            return
        if self._record(*snapshot_record(self.account, until)):
            self._recorded_until = until

    def _record_change(self, kind: str, entry: Mapping[str, Any]) -> bool:
        is_recorded = self._record(kind, entry)
        self.unrecorded += not is_recorded
        return is_recorded

    def _restore(self) -> None:
        for history in self._journal.histories:
            if history.may_be_adjusted or self.complete_until is not None:
                self._confirmed.add(history.base.key)
        for state in self._journal.positions:
            self._update(state)

    def _update(self, state: PositionState, difference: str | None = None) -> None:
        market, terms = MarketKey(self.exchange, state.key.symbol), self._terms.get(state.key)
        self._book.update(state, market, terms, difference)

    def _apply_event(self, event: PositionEvent, *, announce: bool = True, **context: Any) -> None:
        """Applies one fill, payment or adjustment that is not known yet, and records it with `context`."""
        key = self._journal.key_of(event)
        before = self._journal.position(key)
        after = self._journal.add(event)
        if after is None:
            return
        self._has_new_events = True
        self._record_change(record_kind(event), record_of(event, self.account, before, after) | context)
        self._drop_outdated_terms(before, after)
        self._update(after, self._known_difference(key))
        if not announce:
            return
        if after.change is not None:
            self._book.add_event(key, after.change, describe_change(event, before, after))
        if isinstance(event, Fill):
            self._book.announce(key, EventType.FILL, event)
        else:
            self._book.announce(key)

    def _reconcile(self, snapshot: AccountSnapshot) -> None:
        self._checks.apply(positions_by_key(self.account, snapshot.positions))
        refined = self._add_reported((*snapshot.fills, *snapshot.funding))
        for difference in self._differences(snapshot):
            self._resolve(difference, snapshot)
        changed = self._update_terms(snapshot) | refined
        self._finish(snapshot)
        for key in changed:
            self._book.announce(key)

    def _add_reported(self, events: tuple[PositionEvent, ...]) -> set[PositionKey]:
        """Applies the events of a snapshot. Returns the positions that older history has changed."""
        before = {state.key: state for state in self._journal.positions}
        refined: set[PositionKey] = set()
        for event in sorted(events, key=lambda each: each.sort_key):
            key = self._journal.key_of(event)
            is_news = self._is_news(event, before.get(key))
            self._apply_event(event, announce=is_news)
            if not is_news and self._journal.position(key) is not before.get(key):
                refined.add(key)
        return refined

    def _is_news(self, event: PositionEvent, before: PositionState | None) -> bool:
        """True for listeners and the event log; False if it is history from before the account was known."""
        if self.complete_until is not None:
            return before is not None or event.sort_key[0] > self.complete_until
        return before is not None and (before.adopted_at is None or event.sort_key[0] > before.adopted_at)

    def _differences(self, snapshot: AccountSnapshot) -> tuple[Difference, ...]:
        theirs = positions_by_key(self.account, snapshot.positions)
        # Flat positions are compared, too: one closed after the request is not missing here.
        return find_differences(self._journal.positions, theirs, requested_at=snapshot.requested_at)

    def _resolve(self, difference: Difference, snapshot: AccountSnapshot) -> None:
        """Adopts the exchange's figures if they are certain; otherwise marks the position."""
        if difference.key.symbol in snapshot.inconsistent_symbols:
            return
        if _is_unconfirmed_close(difference, snapshot):
            self._mark(difference.key, difference.text)
        else:
            self._adopt(difference, snapshot.requested_at)

    def _adopt(self, difference: Difference, requested_at: int) -> None:
        key, live = difference.key, self._book.newest(difference.key)
        is_resized = difference.kind is DifferenceKind.CONTRACT
        is_unconfirmed = difference.theirs is not None and (live is None or key not in self._confirmed)
        replaces_history = is_resized or is_unconfirmed
        if is_resized or not is_unconfirmed:
            log.warning("%s; the exchange's figures are adopted", difference.text)
            if live is None or live.difference != difference.text:
                self._book.add_event(key, ReportCheck.DIFFERENCE, difference.text)
        adjustment = difference.adjustment(requested_at, replaces_history=replaces_history)
        self._apply_event(adjustment, difference=difference.text)
        self._confirmed.add(key)

    def _update_terms(self, snapshot: AccountSnapshot) -> set[PositionKey]:
        """Updates the exchange's terms and clears resolved differences. Returns the changed keys."""
        changed = set()
        theirs = positions_by_key(self.account, snapshot.positions)
        for state in self._journal.positions:
            terms = self._terms_after(state.key, theirs.get(state.key))
            if difference_kind(state, terms) is None:
                self._confirmed.add(state.key)
                self._mark(state.key, None)
            if terms is not None and terms != self._terms.get(state.key):
                self._terms[state.key] = terms
                state = self._journal.use_instrument(state.key, terms.instrument)
                self._update(state, self._known_difference(state.key))
                changed.add(state.key)
            if terms is not None and self._confirms_liquidation(state.key, terms, snapshot):
                changed.add(state.key)
        return changed

    def _confirms_liquidation(self, key: PositionKey, terms: Position, snapshot: AccountSnapshot) -> bool:
        """True if it was awaited that a reading confirms the liquidation price, and this one does."""
        if key.symbol in snapshot.inconsistent_symbols or not confirms_liquidation(terms):
            return False
        return self._book.confirm_liquidation(key, snapshot.started_at)

    def _terms_after(self, key: PositionKey, terms: Position | None) -> Position | None:
        """Returns a row with its liquidation price, if that holds at the price of the row or the market."""
        if terms is None:
            return None
        mark, before = terms.reported.mark_price if terms.reported else None, self._terms.get(key)
        price = mark or self._book.live_price(key)
        if price is None:
            if before is None or before.liquidation_price != terms.liquidation_price:
                self._compared.discard(key)
            return terms
        known = before if key in self._compared else None
        self._compared.add(key)
        return with_crossed_liquidation(terms, known, price)

    def _finish(self, snapshot: AccountSnapshot) -> None:
        self._book.set_health(
            self.account, read_at=snapshot.received_at, problem=snapshot.problem, history=snapshot.history
        )
        if snapshot.complete_until is not None:
            self.complete_until = snapshot.complete_until
            if self._has_new_events:
                self.record_reading()
                self._has_new_events = self._recorded_until != self.complete_until
            self._journal.prune_before(snapshot.complete_until - EVENTS_KEPT_MS)

    def _known_difference(self, key: PositionKey) -> str | None:
        live = self._book.newest(key)
        return live.difference if live else None

    def _mark(self, key: PositionKey, difference: str | None) -> None:
        """Sets or clears the difference of a position, and logs and announces a change of it."""
        live = self._book.newest(key)
        if live is None or live.difference == difference:
            return
        kind = ReportCheck.DIFFERENCE if difference else ReportCheck.AGREEMENT
        self._book.add_event(key, kind, difference or "agrees with the exchange again")
        self._update(live.state, difference)
        self._book.announce(key)

    def _drop_outdated_terms(self, before: PositionState | None, after: PositionState) -> None:
        """Drops the terms after a change of side, and the liquidation price after a change of size."""
        terms = self._terms.get(after.key)
        if terms is None:
            return
        if before is None or before.side is not after.side:
            del self._terms[after.key]
        elif after.contracts != before.contracts:
            self._terms[after.key] = replace(terms, liquidation_price=None)


def _is_unconfirmed_close(difference: Difference, snapshot: AccountSnapshot) -> bool:
    """True if a position is missing on the exchange and its close is not confirmed."""
    side = difference.ours.side if difference.ours else None
    return (
        difference.kind is DifferenceKind.MISSING_THERE
        and (difference.key.symbol, side) not in snapshot.recently_closed
    )
