"""PositionWriter: applies the events of one account and writes the positions to trail and book."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.domain.fill import Fill
from dashboard.domain.journal import Journal, JournalEntry, PositionStep
from dashboard.domain.keys import MarketKey, PositionKey
from dashboard.domain.market_positions import MarketEvent
from dashboard.domain.position import Position
from dashboard.domain.position_state import PositionState
from dashboard.domain.stated_liquidation import confirms_liquidation, with_crossed_liquidation
from dashboard.positions.audit_records import record_kind, record_of
from dashboard.positions.cross_checks import CrossChecks
from dashboard.positions.event_text import describe_change, describe_mode
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import EventType, MarketChange, ReportCheck

Recorder = Callable[[str, Mapping[str, Any]], bool]


class PositionWriter:
    """Records each change before the book's listeners are called. Callers hold the book's lock."""

    def __init__(
        self, journal: Journal, book: LiveBook, exchange: str, record: Recorder, checks: CrossChecks
    ) -> None:
        """Writes the positions of `journal` to the book at once. `exchange` is the account's connection."""
        self.journal = journal
        self._book = book
        self._exchange = exchange
        self._record = record
        self._checks = checks
        self._terms: dict[PositionKey, Position] = {}
        """The exchange's positions as last read; the liquidation price is dropped once the size changes."""
        self._compared: set[PositionKey] = set()
        """Positions whose liquidation price was compared with a price when it was read."""
        for state in journal.positions:
            self._update(state)

    def apply(self, event: MarketEvent, *, announce: bool = True, **context: Any) -> JournalEntry | None:
        """Applies an event and records it with `context`. Returns its effect; None if it is known.

        One that is not announced is not news either: it is not in the event log.
        """
        entry = self.journal.add(event)
        if entry is None:
            return None
        self._record(record_kind(entry), record_of(entry, self.journal.account) | context)
        self._checks.move(step.after.key for step in entry.moved)
        for step in entry.steps:
            self._drop_outdated_terms(step)
            self._update(step.after, self.difference(step.after.key))
        if announce:
            self._log(entry)
            self._announce(entry)
        return entry

    def difference(self, key: PositionKey) -> str | None:
        """The difference to the exchange that a position is marked with."""
        live = self._book.newest(key)
        return live.difference if live else None

    def mark(self, key: PositionKey, difference: str | None) -> None:
        """Sets or clears the difference of a position, and logs and announces a change of it."""
        live = self._book.newest(key)
        if live is None or live.difference == difference:
            return
        kind = ReportCheck.DIFFERENCE if difference else ReportCheck.AGREEMENT
        self._book.add_event(key, kind, difference or "agrees with the exchange again")
        self._update(live.state, difference)
        self._book.announce(key)

    def set_terms(self, state: PositionState, row: Position) -> bool:
        """Shows a position with the exchange's terms. Returns False if they are as before."""
        before, terms = self._terms.get(state.key), self._with_liquidation(state.key, row)
        self._terms[state.key] = terms
        if terms == before:
            return False
        state = self.journal.use_instrument(state.key, terms.instrument)
        self._update(state, self.difference(state.key))
        return True

    def _with_liquidation(self, key: PositionKey, row: Position) -> Position:
        """Returns a row with its liquidation price, if that holds at the price of the row or the market."""
        mark, before = row.reported.mark_price if row.reported else None, self._terms.get(key)
        price = mark or self._book.live_price(key)
        if price is None:
            if before is None or before.liquidation_price != row.liquidation_price:
                self._compared.discard(key)
            return row
        known = before if key in self._compared else None
        self._compared.add(key)
        return with_crossed_liquidation(row, known, price)

    def confirm_liquidation(self, key: PositionKey, started_at: int) -> bool:
        """True if it was awaited that a reading confirms the liquidation price, and the newest one does."""
        return confirms_liquidation(self._terms[key]) and self._book.confirm_liquidation(key, started_at)

    def _update(self, state: PositionState, difference: str | None = None) -> None:
        market = MarketKey(self._exchange, state.key.symbol)
        self._book.update(state, market, self._terms.get(state.key), difference)

    def _log(self, entry: JournalEntry) -> None:
        for step in entry.moved:
            if step.after.is_open:
                self._book.add_event(step.after.key, MarketChange.MODE, describe_mode(step.after))
        if entry.own and entry.is_new and entry.own.after.change is not None:
            text = describe_change(entry.event, entry.own.before, entry.own.after)
            self._book.add_event(entry.own.after.key, entry.own.after.change, text)

    def _announce(self, entry: JournalEntry) -> None:
        for step in entry.moved:
            self._book.announce(step.after.key)
        if entry.own and entry.is_new and isinstance(entry.event, Fill):
            self._book.announce(entry.own.after.key, EventType.FILL, entry.event)
        elif entry.own:
            self._book.announce(entry.own.after.key)

    def _drop_outdated_terms(self, step: PositionStep) -> None:
        """Drops the terms after a change of side, and the liquidation price after a change of size."""
        before, after = step.before, step.after
        terms = self._terms.get(after.key)
        if terms is None:
            return
        if before is None or before.side is not after.side:
            del self._terms[after.key]
        elif after.contracts != before.contracts:
            self._terms[after.key] = replace(terms, liquidation_price=None)
