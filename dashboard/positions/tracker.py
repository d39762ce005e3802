"""PositionTracker: the single source of truth for what one account holds."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.events import AccountEvent, AccountFailed, AccountSnapshot, FillsReceived
from dashboard.domain.fill import Fill
from dashboard.domain.journal import Journal
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
from dashboard.domain.transitions import PositionEvent
from dashboard.positions.audit_records import RestoredPositions, record_kind, record_of, snapshot_record
from dashboard.positions.event_text import describe_change
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import EventKind, EventType, LivePosition

log = logging.getLogger(__name__)

Recorder = Callable[[str, Mapping[str, Any]], bool]

_EVENTS_KEPT_MS = 8 * 24 * 3_600_000
"""Time for which single events are remembered: exchanges do not repeat older ones."""


class PositionTracker:
    """Builds one account's positions from its fills and readings, and writes them into the position book.

    Writers take turns under the book's lock.
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
        """`exchange` is the connection of the account. `record` writes a line before a listener is called."""
        self.account = account
        self.exchange = exchange
        self._book = book
        self._record = record
        self._journal = Journal(account)
        self._confirmed: set[PositionKey] = set()
        """Positions that the exchange once reported alike, or whose figures were taken over from it."""
        self._terms: dict[PositionKey, Position] = {}
        """The exchange's own rows as last read; without a liquidation price once a fill changed it."""
        self._has_new_events = False
        self.complete_until: int | None = None
        """The exchange's time up to which every fill is known; None before that was ever so."""
        book.add_account(account, exchange)
        self._restore(restored or RestoredPositions())

    def get_all_positions(self) -> dict[PositionKey, LivePosition]:
        """Returns the account's open positions, without figures of prices that are too old."""
        held = self._book.get_all_positions()
        return {key: live for key, live in held.items() if key.account == self.account}

    def symbols(self) -> frozenset[str]:
        """Returns the unified symbols of the account's open positions."""
        return frozenset(state.key.symbol for state in self._journal.positions if state.contracts)

    def in_doubt(self, snapshot: AccountSnapshot) -> frozenset[str]:
        """Returns the symbols in which an account snapshot differs from what is known here."""
        with self._book.lock:
            return frozenset(each.key.symbol for each in self._differences(snapshot))

    def apply(self, event: AccountEvent) -> None:
        """Applies one event of the account: recorded first, then announced."""
        with self._book.lock:
            match event:
                case FillsReceived():
                    for fill in event.fills:
                        self._take(fill)
                case AccountSnapshot():
                    self._reconcile(event)
                case AccountFailed():
                    read_at = self._book.accounts[self.account].read_at
                    self._book.set_health(self.account, read_at=read_at, problem=event.reason)

    def _restore(self, restored: RestoredPositions) -> None:
        self._journal.add_all(restored.events)
        for state in self._journal.positions:
            events = self._journal.events(state.key)
            adjusted = any(isinstance(event, PositionAdjustment) for event in events)
            if adjusted or restored.complete_until is not None:
                self._confirmed.add(state.key)
            self._update(state)
        self.complete_until = restored.complete_until

    def _update(self, state: PositionState, difference: str | None = None) -> None:
        market, terms = MarketKey(self.exchange, state.key.symbol), self._terms.get(state.key)
        self._book.update(state, market, terms, difference)

    def _take(self, event: PositionEvent, *, quietly: bool = False, **context: Any) -> bool:
        """Applies one fill, payment or adjustment; returns False if it was known already."""
        key = self._journal.key_of(event)
        before = self._journal.position(key)
        after = self._journal.add(event)
        if after is None:
            return False
        self._has_new_events = True
        self._record(record_kind(event), record_of(event, self.account, before, after) | context)
        live = self._book.newest(key)
        self._drop_outdated_terms(before, after)
        self._update(after, live.difference if live else None)
        self._book.add_event(key, EventKind(str(after.change)), describe_change(event, before, after))
        if isinstance(event, Fill) and not quietly:
            self._book.announce(key, EventType.FILL, event)
        elif not quietly:
            self._book.announce(key)
        return True

    def _reconcile(self, snapshot: AccountSnapshot) -> None:
        known = {state.key for state in self._journal.positions}
        reported: tuple[PositionEvent, ...] = (*snapshot.fills, *snapshot.funding)
        for event in sorted(reported, key=lambda each: each.sort_key):
            self._take(event, quietly=self._journal.key_of(event) not in known and self._is_history(event))
        for difference in self._differences(snapshot):
            self._settle(difference, snapshot)
        changed = self._take_terms(snapshot) | ({state.key for state in self._journal.positions} - known)
        self._finish(snapshot)
        for key in changed:
            self._book.announce(key)

    def _is_history(self, event: PositionEvent) -> bool:
        """True if it is from before everything was known, so that no listener waits for it."""
        return self.complete_until is None or event.sort_key[0] <= self.complete_until

    def _differences(self, snapshot: AccountSnapshot) -> tuple[Difference, ...]:
        theirs = positions_by_key(self.account, snapshot.positions, hedged=snapshot.hedged)
        # The flat ones, too: what was closed after the request is not missing here.
        return find_differences(self._journal.positions, theirs, requested_at=snapshot.requested_at)

    def _settle(self, difference: Difference, snapshot: AccountSnapshot) -> None:
        """Takes the exchange's figures over, where they are beyond doubt; otherwise marks the position."""
        key, side = difference.key, difference.ours.side if difference.ours else None
        if key.symbol in snapshot.inconsistent_symbols:
            return
        if (
            difference.kind is DifferenceKind.MISSING_THERE
            and (key.symbol, side) not in snapshot.recently_closed
        ):
            self._mark(key, difference.text)
            return
        live = self._book.newest(key)
        starts = difference.theirs is not None and (live is None or key not in self._confirmed)
        if not starts:
            log.warning("%s; the exchange's figures are taken", difference.text)
            if live is None or live.difference != difference.text:
                self._book.add_event(key, EventKind.DIFFERENCE, difference.text)
        self._take(
            difference.adjustment(snapshot.requested_at, replaces_history=starts), difference=difference.text
        )
        self._confirmed.add(key)

    def _take_terms(self, snapshot: AccountSnapshot) -> set[PositionKey]:
        """Takes the exchange's terms over, and ends settled differences. Returns whose terms changed."""
        changed = set()
        theirs = positions_by_key(self.account, snapshot.positions, hedged=snapshot.hedged)
        for state in self._journal.positions:
            terms = theirs.get(state.key)
            if difference_kind(state, terms) is None:
                self._confirmed.add(state.key)
                self._mark(state.key, None)
            if terms is not None and terms != self._terms.get(state.key):
                live = self._book.newest(state.key)
                self._terms[state.key] = terms
                self._update(state, live.difference if live else None)
                changed.add(state.key)
        return changed

    def _finish(self, snapshot: AccountSnapshot) -> None:
        self._book.set_health(self.account, read_at=snapshot.received_at, problem=snapshot.problem)
        if snapshot.complete_until is not None:
            self.complete_until = snapshot.complete_until
            if self._has_new_events:
                self._record(*snapshot_record(self.account, snapshot.complete_until))
                self._has_new_events = False
            self._journal.prune_before(snapshot.complete_until - _EVENTS_KEPT_MS)

    def _mark(self, key: PositionKey, difference: str | None) -> None:
        live = self._book.newest(key)
        if live is None or live.difference == difference:
            return
        kind = EventKind.DIFFERENCE if difference else EventKind.AGREEMENT
        self._book.add_event(key, kind, difference or "agrees with the exchange again")
        self._update(live.state, difference)
        self._book.announce(key)

    def _drop_outdated_terms(self, before: PositionState | None, after: PositionState) -> None:
        """Drops the terms of another position, and a liquidation price that was for another size."""
        terms = self._terms.get(after.key)
        if terms is None:
            return
        if before is None or before.side is not after.side:
            del self._terms[after.key]
        elif after.contracts != before.contracts:
            self._terms[after.key] = replace(terms, liquidation_price=None)
