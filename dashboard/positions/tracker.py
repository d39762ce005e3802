"""PositionTracker: the single source of truth for the positions of one account."""

from collections.abc import Mapping
from typing import Any

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.events import AccountEvent, AccountFailed, AccountSnapshot, FillsReceived
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.keys import PositionKey
from dashboard.positions.audit_records import RestoredPositions, snapshot_record
from dashboard.positions.cross_checks import CrossChecks
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import LivePosition
from dashboard.positions.moving_markets import SETTLED_AFTER_MS
from dashboard.positions.position_writer import PositionWriter, Recorder
from dashboard.positions.reconciliation import Reconciliation

_EVENTS_KEPT_MS = 8 * 24 * 3_600_000
"""Time for which events are kept to recognise repeated ones; exchanges do not repeat older ones."""


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
        """`exchange` is the connection of the account. `record` is called before the listeners."""
        self.account = account
        self.exchange = exchange
        self._book = book
        self._record = record
        restored = restored or RestoredPositions()
        self._checks = CrossChecks(book, record, restored.disagreements)
        self._writer = PositionWriter(account, book, exchange, self._record_change, self._checks)
        self._journal = self._writer.journal
        self._reconciliation = Reconciliation(self._writer, book)
        self._has_new_events = False
        self.complete_until: int | None = None
        """The exchange's time up to which every fill is known; None until a complete history was read."""
        book.add_account(account, exchange)
        self._restore(restored)

    def get_all_positions(self) -> dict[PositionKey, LivePosition]:
        """Returns the account's open positions, without figures of prices that are too old."""
        positions = self._book.get_all_positions()
        return {key: live for key, live in positions.items() if key.account == self.account}

    def symbols(self) -> frozenset[str]:
        """Returns the unified symbols of the account's open positions."""
        return frozenset(state.key.symbol for state in self._journal.positions if state.contracts)

    def in_doubt(self, snapshot: AccountSnapshot) -> frozenset[str]:
        """Returns the symbols whose positions in an account snapshot differ from those built here."""
        with self._book.lock:
            return frozenset(each.key.symbol for each in self._reconciliation.differences(snapshot))

    def settles_in_ms(self) -> int | None:
        """Milliseconds until a reading certainly includes every known fill; None if the newest one did."""
        with self._book.lock:
            return self._reconciliation.moving.settles_in_ms(self._book.now())

    def apply(self, event: AccountEvent) -> None:
        """Applies one event of the account: records each change, then calls the listeners."""
        with self._book.lock:
            match event:
                case FillsReceived():
                    for fill in event.fills:
                        self._reconciliation.add_fill(fill, is_recent=True)
                case AccountSnapshot():
                    self._reconcile(event)
                case AccountFailed():
                    self._book.set_health(self.account, problem=event.reason)

    def _restore(self, restored: RestoredPositions) -> None:
        self._writer.restore(restored.events)
        for state in self._journal.positions:
            events = self._journal.events(state.key.symbol)
            adjusted = any(isinstance(event, PositionAdjustment) for event in events)
            if adjusted or restored.complete_until is not None:
                self._reconciliation.confirmed.add(state.key)
        self.complete_until = self._reconciliation.read_at = restored.complete_until

    def _reconcile(self, snapshot: AccountSnapshot) -> None:
        known = self._keys()
        # A mode that was unknown applies to earlier fills, too; a new one is of the newest fills only.
        self._reconciliation.learn_modes(snapshot, known=False)
        self._checks.apply(self._reconciliation.reported(snapshot))
        symbols = {key.symbol for key in known}
        reported: tuple[Fill | Funding, ...] = (*snapshot.fills, *snapshot.funding)
        for event in sorted(reported, key=lambda each: each.sort_key):
            is_new = event.instrument.symbol in symbols or not self._is_history(event)
            self._add_reported(event, snapshot, announce=is_new)
        self._reconciliation.learn_modes(snapshot, known=True)
        is_first = self.complete_until is None
        changed = self._reconciliation.resolve(snapshot, is_first=is_first) | (self._keys() - known)
        self._finish(snapshot)
        for key in changed:
            self._book.announce(key)

    def _add_reported(self, event: Fill | Funding, snapshot: AccountSnapshot, *, announce: bool) -> None:
        if isinstance(event, Funding):
            self._writer.apply(event, announce=announce)
        else:
            is_recent = event.traded_at > snapshot.requested_at - SETTLED_AFTER_MS
            self._reconciliation.add_fill(event, is_recent=is_recent, announce=announce)

    def _is_history(self, event: Fill | Funding) -> bool:
        """True if it is from before the complete history, so that listeners need no update for it."""
        return self.complete_until is None or event.sort_key[0] <= self.complete_until

    def _keys(self) -> set[PositionKey]:
        return {state.key for state in self._journal.positions}

    def _finish(self, snapshot: AccountSnapshot) -> None:
        health, unread = self._book.accounts[self.account], snapshot.unread_symbols
        problems = [*([snapshot.problem] if snapshot.problem else []), *map(str, snapshot.unread)]
        self._book.set_health(
            self.account,
            read_at=snapshot.received_at,
            problem="; ".join(problems) or None,
            unread=snapshot.unread,
            never_read=unread if health.read_at is None else health.never_read & unread,
        )
        if snapshot.complete_until is not None:
            self.complete_until = snapshot.complete_until
            if self._has_new_events:
                self._record(*snapshot_record(self.account, snapshot.complete_until))
                self._has_new_events = False
            self._journal.prune_before(snapshot.complete_until - _EVENTS_KEPT_MS)

    def _record_change(self, kind: str, entry: Mapping[str, Any]) -> bool:
        self._has_new_events = True
        return self._record(kind, entry)
