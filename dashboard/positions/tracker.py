"""PositionTracker: the single source of truth for the positions of one account."""

from collections.abc import Collection, Mapping
from typing import Any

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.events import AccountEvent, AccountFailed, AccountSnapshot, FillsReceived
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.journal import Journal
from dashboard.domain.keys import PositionKey
from dashboard.domain.position_state import PositionState
from dashboard.domain.pruning import EVENTS_KEPT_MS
from dashboard.positions.account_history import AccountHistory
from dashboard.positions.audit_records import snapshot_record
from dashboard.positions.cross_checks import CrossChecks
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import LivePosition
from dashboard.positions.moving_markets import SETTLED_AFTER_MS
from dashboard.positions.position_writer import PositionWriter, Recorder
from dashboard.positions.reconciliation import Reconciliation
from dashboard.positions.trail_replay import RestoredPositions


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
        self._has_new_events = False
        self.unrecorded = 0
        """The number of events that could not be recorded, until a checkpoint has them."""
        self.complete_until = restored.complete_until
        """The exchange's time up to which every fill is known; None until a complete history was read."""
        self._recorded_until = restored.complete_until
        book.add_account(account, exchange)
        self._checks = CrossChecks(book, self._record_change, restored.disagreements)
        self._writer = PositionWriter(self._journal, book, exchange, self._record_event, self._checks)
        self._reconciliation = Reconciliation(self._writer, book, restored.complete_until)

    def get_all_positions(self) -> dict[PositionKey, LivePosition]:
        """Returns the account's open positions, without figures of prices that are too old."""
        positions = self._book.get_all_positions()
        return {key: live for key, live in positions.items() if key.account == self.account}

    def symbols(self) -> frozenset[str]:
        """Returns the unified symbols of the account's open positions."""
        return frozenset(state.key.symbol for state in self._journal.positions if state.contracts)

    def adoptions(self) -> tuple[PositionAdjustment, ...]:
        """Returns the exchange's figures with which positions began."""
        symbols = {state.key.symbol for state in self._journal.positions}
        events = (event for symbol in symbols for event in self._journal.events(symbol))
        return tuple(
            event for event in events if isinstance(event, PositionAdjustment) and event.replaces_history
        )

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

    def _record_event(self, kind: str, entry: Mapping[str, Any]) -> bool:
        self._has_new_events = True
        return self._record_change(kind, entry)

    def _reconcile(self, snapshot: AccountSnapshot) -> None:
        reconciliation = self._reconciliation
        # A mode that was unknown applies to earlier fills, too; a new one is of the newest fills only.
        reconciliation.learn_modes(snapshot, known=False)
        self._checks.check(reconciliation.reported(snapshot))
        refined = self._add_reported(snapshot)
        reconciliation.learn_modes(snapshot, known=True)
        changed = reconciliation.resolve(snapshot) | refined
        self._checks.report(reconciliation.reported(snapshot))
        self._finish(snapshot)
        for key in changed:
            self._book.announce(key)

    def _add_reported(self, snapshot: AccountSnapshot) -> set[PositionKey]:
        """Applies the events of a snapshot. Returns the positions that older history has changed."""
        before: dict[str, list[PositionState]] = {}
        for state in self._journal.positions:
            before.setdefault(state.key.symbol, []).append(state)
        refined: set[PositionKey] = set()
        reported: tuple[Fill | Funding, ...] = (*snapshot.fills, *snapshot.funding)
        for event in sorted(reported, key=lambda each: each.sort_key):
            is_news = self._is_news(event, before.get(event.instrument.symbol, ()))
            if isinstance(event, Funding):
                entry = self._writer.apply(event, announce=is_news)
            else:
                is_recent = event.traded_at > snapshot.requested_at - SETTLED_AFTER_MS
                entry = self._reconciliation.add_fill(event, is_recent=is_recent, announce=is_news)
            if entry is not None and not is_news:
                refined |= {step.after.key for step in entry.steps}
        return refined

    def _is_news(self, event: Fill | Funding, before: Collection[PositionState]) -> bool:
        """True for listeners and the event log; False if it is history from before the account was known."""
        time, adopted = event.sort_key[0], [state.adopted_at for state in before]
        if self.complete_until is not None:
            return bool(before) or time > self.complete_until
        return bool(before) and all(at is None or time > at for at in adopted)

    def _finish(self, snapshot: AccountSnapshot) -> None:
        health, unread = self._book.accounts[self.account], snapshot.unread_symbols
        problems = [*([snapshot.problem] if snapshot.problem else []), *map(str, snapshot.unread)]
        self._book.set_health(
            self.account,
            read_at=snapshot.received_at,
            problem="; ".join(problems) or None,
            history=snapshot.history,
            unread=snapshot.unread,
            never_read=unread if health.read_at is None else health.never_read & unread,
        )
        if snapshot.complete_until is not None:
            self.complete_until = snapshot.complete_until
            if self._has_new_events:
                self.record_reading()
                self._has_new_events = self._recorded_until != self.complete_until
            self._journal.prune_before(snapshot.complete_until - EVENTS_KEPT_MS)
