"""Reconciliation: brings the positions of one account in line with those that the exchange reports."""

import logging

from dashboard.domain.backdating import backdated
from dashboard.domain.events import AccountSnapshot
from dashboard.domain.fill import Fill
from dashboard.domain.journal import JournalEntry
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.position import Position
from dashboard.domain.position_state import PositionState
from dashboard.domain.reconcile import (
    Difference,
    DifferenceKind,
    difference_kind,
    find_differences,
    positions_by_key,
    reported_modes,
)
from dashboard.domain.unread_part import UnreadPart
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import ReportCheck
from dashboard.positions.moving_markets import SETTLED_AFTER_MS, MovingMarkets
from dashboard.positions.position_writer import PositionWriter

log = logging.getLogger(__name__)


class Reconciliation:
    """Compares positions with account snapshots, and adopts the exchange's figures once they are certain."""

    def __init__(self, writer: PositionWriter, book: LiveBook, read_at: int | None) -> None:
        """`read_at` is the exchange's time of the last reading in the audit trail, None without one."""
        self._writer = writer
        self._book = book
        self._journal = writer.journal
        self.moving = MovingMarkets()
        self._read_at = read_at
        self._restored_fills = {
            state.key.symbol: state.last_fill.traded_at
            for state in sorted(self._journal.positions, key=_last_fill_at)
            if state.last_fill
        }
        """The exchange's time of the newest fill of each market in the audit trail."""
        self._confirmed = self._restored_confirmed()
        """Positions that once agreed with the exchange, or whose figures were adopted from it."""
        self._stated_modes: dict[str, bool] = {}
        """The modes of the newest reading, True for hedge mode, also of markets without any event."""
        self._differing_since: dict[PositionKey, int] = {}
        """Time of the first of the newest readings that all differed, in ms of the monotonic clock."""
        self._later_fills: dict[PositionKey, list[Fill]] = {}
        """Fills that arrived after an adjustment and are dated before it."""

    def _restored_confirmed(self) -> set[PositionKey]:
        histories = self._journal.histories
        adjusted = {each.base.instrument.symbol for each in histories if each.may_be_adjusted}
        is_read = self._read_at is not None
        return {state.key for state in self._journal.positions if is_read or state.key.symbol in adjusted}

    def _follows_restored_fill(self, difference: Difference, requested_at: int) -> bool:
        """True if the request was so soon after a fill before the restart that it may not include it."""
        at = self._restored_fills.get(difference.key.symbol)
        is_soon = at is not None and 0 <= requested_at - at < SETTLED_AFTER_MS
        return is_soon and difference.kind is not DifferenceKind.CONTRACT

    def add_fill(self, fill: Fill, *, is_recent: bool, announce: bool = True) -> JournalEntry | None:
        """Applies a fill. A recent one may not be included in the positions that the exchange reports."""
        self._apply_stated_mode(fill)
        entry = self._writer.apply(fill, announce=announce)
        if entry is None or entry.own is None or not entry.is_new:
            return entry
        before, after = entry.own.before, entry.own.after
        if is_recent:
            self.moving.add_fill(fill.instrument.symbol, self._book.now())
        if after.adopted_at is None:  # the fills account for all of it
            self._later_fills.pop(after.key, None)
        elif before and before.contracts == after.contracts and fill.traded_at <= after.adopted_at:
            self._later_fills.setdefault(after.key, []).append(fill)
        return entry

    def _apply_stated_mode(self, fill: Fill) -> None:
        """Applies the mode that was stated for a market before its first event."""
        symbol = fill.instrument.symbol
        hedged = self._stated_modes.get(symbol)
        if hedged is not None and self._journal.is_hedged(symbol) is None:
            self._writer.apply(ModeChange(fill.instrument, hedged, fill.traded_at))

    def differences(self, snapshot: AccountSnapshot) -> tuple[Difference, ...]:
        """Returns the differences of the markets that were read."""
        unread, theirs = snapshot.unread_symbols, self.reported(snapshot)
        # Flat positions are compared, too: one closed after the request is not missing here.
        found = find_differences(self._journal.positions, theirs, requested_at=snapshot.requested_at)
        return tuple(each for each in found if each.key.symbol not in unread)

    def reported(self, snapshot: AccountSnapshot) -> dict[PositionKey, Position]:
        """The exchange's positions by key, in the mode that is known or stated."""
        modes = reported_modes(snapshot.positions, snapshot.position_modes)
        symbols = {each.instrument.symbol for each in snapshot.positions}
        hedged = {symbol: modes.get(symbol) or self._journal.is_hedged(symbol) for symbol in symbols}
        return positions_by_key(self._journal.account, snapshot.positions, hedged)

    def learn_modes(self, snapshot: AccountSnapshot, *, known: bool) -> None:
        """Applies the modes that a snapshot states to markets whose mode is (not) `known`."""
        unread, instruments = snapshot.unread_symbols, self._instruments(snapshot)
        stated = reported_modes(snapshot.positions, snapshot.position_modes)
        self._stated_modes = {symbol: mode for symbol, mode in stated.items() if symbol not in unread}
        for symbol, hedged in self._stated_modes.items():
            is_known = self._journal.is_hedged(symbol) is not None
            if symbol in instruments and is_known is known:
                change = self._journal.mode_change(
                    instruments[symbol], snapshot.requested_at, hedged=hedged, since=self._read_at
                )
                if change is not None:
                    self._writer.apply(change)

    def resolve(self, snapshot: AccountSnapshot) -> set[PositionKey]:
        """Resolves differences and updates the exchange's terms. Returns the positions with changed terms.

        In the first reading of all, the exchange's figures are better than those of fills since its request.
        """
        is_first = self._read_at is None
        now, differences, since = self._book.now(), self.differences(snapshot), self._differing_since
        self._differing_since = {each.key: since.get(each.key, now) for each in differences}
        for difference in differences:
            if difference.key.symbol not in snapshot.inconsistent_symbols:
                is_moving = not is_first and (
                    self.moving.is_moving(difference.key.symbol, now)
                    or self._follows_restored_fill(difference, snapshot.requested_at)
                )
                self._resolve(difference, snapshot, now, is_moving=is_moving)
        self._read_at = snapshot.requested_at
        return self._update_terms(snapshot, now)

    def _resolve(
        self, difference: Difference, snapshot: AccountSnapshot, now: int, *, is_moving: bool
    ) -> None:
        """Adopts the exchange's figures if they are certain; otherwise marks the position."""
        key = difference.key
        if self._backdate(difference):
            return
        if is_moving:
            if now - self._differing_since[key] >= SETTLED_AFTER_MS:
                self._writer.mark(key, difference.text)
        elif self._is_unconfirmed_close(difference, snapshot):
            self._writer.mark(key, difference.text)
        else:
            self._adopt(difference, snapshot.requested_at)

    def _backdate(self, difference: Difference) -> bool:
        """Counts fills that an adjustment swallowed, if that explains the difference."""
        state, later = difference.ours, self._later_fills.get(difference.key)
        if state is None or not later:
            return False
        events = self._journal.events(state.key.symbol)
        adjustment = backdated(state, events, later, difference.theirs)
        if adjustment is None:
            return False
        log.warning("%s; later fills explain it, so its figures were dated too late", difference.text)
        self._writer.apply(adjustment, difference=difference.text)
        del self._later_fills[difference.key]
        return True

    def _adopt(self, difference: Difference, requested_at: int) -> None:
        key, live = difference.key, self._book.newest(difference.key)
        is_resized = difference.kind is DifferenceKind.CONTRACT
        is_unconfirmed = difference.theirs is not None and (live is None or key not in self._confirmed)
        replaces_history = is_resized or is_unconfirmed
        if is_resized or not is_unconfirmed:
            log.warning("%s; the exchange's figures are adopted", difference.text)
            if live is None or live.difference != difference.text:
                self._book.add_event(key, ReportCheck.DIFFERENCE, difference.text)
        adopted_at = difference.ours.adopted_at if difference.ours else None
        if adopted_at is not None and adopted_at > requested_at:  # by a clock that was ahead
            requested_at = adopted_at + 1
        adjustment = difference.adjustment(requested_at, replaces_history=replaces_history)
        self._writer.apply(adjustment, difference=difference.text)
        self._later_fills.pop(key, None)
        self._confirmed.add(key)

    def _is_unconfirmed_close(self, difference: Difference, snapshot: AccountSnapshot) -> bool:
        """True if a position is missing on the exchange and its close is not confirmed.

        A leg that is left over in one-way mode is closed: the mode cannot change before.
        """
        key, side = difference.key, difference.ours.side if difference.ours else None
        is_left_over = key.side is not None and not self._journal.is_hedged(key.symbol)
        return (
            difference.kind is DifferenceKind.MISSING_THERE
            and (key.symbol, side) not in snapshot.recently_closed
            and not is_left_over
        )

    def _update_terms(self, snapshot: AccountSnapshot, now: int) -> set[PositionKey]:
        """Updates the exchange's terms and clears resolved differences. Returns the changed keys."""
        changed, theirs = set(), self.reported(snapshot)
        parts = {symbol: part for part in snapshot.unread for symbol in part.symbols}
        for state in self._journal.positions:
            if (part := parts.get(state.key.symbol)) is not None:
                self._mark_unread(state, part)
                continue
            row = theirs.get(state.key)
            if difference_kind(state, row) is None:
                self._confirm(state.key, now)
            if row is not None and self._set_terms(state, row, snapshot):
                changed.add(state.key)
        return changed

    def _set_terms(self, state: PositionState, row: Position, snapshot: AccountSnapshot) -> bool:
        """Shows the terms of a reading. Returns False if nothing has changed."""
        has_changed = self._writer.set_terms(state, row)
        if state.key.symbol in snapshot.inconsistent_symbols:
            return has_changed
        return self._writer.confirm_liquidation(state.key, snapshot.started_at) or has_changed

    def _mark_unread(self, state: PositionState, part: UnreadPart) -> None:
        if state.is_open:
            self._writer.mark(state.key, f"{state.key.label} was not confirmed, {part}")

    def _confirm(self, key: PositionKey, now: int) -> None:
        self._confirmed.add(key)
        self._writer.mark(key, None)
        if not self.moving.is_moving(key.symbol, now):
            self._later_fills.pop(key, None)

    def _instruments(self, snapshot: AccountSnapshot) -> dict[str, Instrument]:
        """The markets with a position, by symbol."""
        known = {state.key.symbol: state.instrument for state in self._journal.positions}
        return known | {each.instrument.symbol: each.instrument for each in snapshot.positions}


def _last_fill_at(state: PositionState) -> int:
    return state.last_fill.traded_at if state.last_fill else 0
