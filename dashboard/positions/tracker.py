"""PositionTracker: the single source of truth for what the account holds."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dashboard.clock import now_ms
from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.events import AccountEvent, AccountFailed, AccountSnapshot, FillsReceived
from dashboard.domain.fill import Fill
from dashboard.domain.journal import Journal
from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Ticker
from dashboard.domain.position import Position
from dashboard.domain.position_state import PositionKey, PositionState
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
from dashboard.positions.models import (
    AccountHealth,
    AccountSummary,
    EventLogEntry,
    EventType,
    PositionUpdate,
)
from dashboard.positions.position_book import PositionBook
from dashboard.positions.position_prices import PositionPrices
from dashboard.positions.valued_position import ValuedPosition

log = logging.getLogger(__name__)

Recorder = Callable[[str, Mapping[str, Any]], bool]

_KEPT = 8 * 24 * 3_600_000
"""Milliseconds for which single events are remembered: exchanges do not repeat older ones."""


class PositionTracker(PositionBook):
    """Builds positions from what the feed tells of the account, and values them at live prices.

    Writers take turns; whoever only looks never waits.
    """

    def __init__(
        self,
        account: str,
        *,
        record: Recorder = lambda _kind, _entry: True,
        restored: RestoredPositions | None = None,
        threshold: Decimal = Decimal("0.01"),
        clock: Callable[[], int] = now_ms,
        wall: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """`record` writes a line before anybody is told of it; `threshold` is in dollars of PnL."""
        super().__init__(clock, wall)
        self.account = account
        self._record = record
        self._threshold = threshold
        self._journal = Journal(account)
        self._records: dict[PositionKey, ValuedPosition] = {}
        self._prices = PositionPrices()
        self._tiers: dict[str, tuple[MarginTier, ...]] = {}
        self._untold = False
        self.complete_until: int | None = None
        """The exchange's time up to which every fill is known; None before that was ever so."""
        self._restore(restored or RestoredPositions())

    def summary(self) -> AccountSummary:
        """All positions as one."""
        with self._turn:
            if self.health.read_at is None and not self._records:
                return AccountSummary(self._wall(), 0, None, None, None, {})  # nobody has told yet
            self._expire()
            return self._prices.summary(self._clock(), self._wall())

    # --- What the feed asks, to know what to ask the exchange

    def in_doubt(self, reading: AccountSnapshot) -> frozenset[str]:
        """The markets in which the reading tells something else than what is known here."""
        with self._turn:
            return frozenset(each.key.symbol for each in self._differences(reading))

    # --- What changes it

    def apply(self, event: AccountEvent) -> None:
        """Lets one event of the account change the positions: recorded first, then announced."""
        with self._turn:
            match event:
                case FillsReceived():
                    for fill in event.fills:
                        self._take(fill)
                case AccountSnapshot():
                    self._reconcile(event)
                case AccountFailed():
                    self.health = AccountHealth(self.health.read_at, event.reason)

    def priced(self, symbol: str, ticker: Ticker, stale_after: int) -> None:
        """Values the positions of one market at its newest prices; `stale_after` is in milliseconds."""
        with self._turn:
            self._prices.remember(symbol, ticker, stale_after)
            for record in self._prices.records(symbol):
                self._value(record)

    def with_tiers(self, symbol: str, tiers: tuple[MarginTier, ...]) -> None:
        """The margin schedule of one market, for the estimates of liquidation."""
        with self._turn:
            self._tiers[symbol] = tiers
            for record in self._prices.records(symbol):
                self._change(record, record.live.tracked, record.live.terms, record.live.difference)

    def tell_prices(self) -> None:
        """Announces each open position whose PnL moved since it was last told."""
        with self._turn:
            self._expire()
            for record in self._prices.touched():
                if record.open and record.moved(self._threshold):
                    self._announce(record, EventType.PRICE_UPDATE)

    # --- How

    def _restore(self, restored: RestoredPositions) -> None:
        self._journal.add_all(restored.events)
        for tracked in self._journal.positions:
            record = self._record_of(tracked)
            adopted = any(
                isinstance(event, PositionAdjustment) for event in self._journal.events(tracked.key)
            )
            record.agreed = adopted or restored.complete_until is not None
            self._change(record, tracked, None, None)
        self.complete_until = restored.complete_until

    def _take(self, event: PositionEvent, *, quietly: bool = False, **context: Any) -> bool:
        """Takes one fill, payment or adoption into account; False where it was known already."""
        key = self._journal.key_of(event)
        before = self._journal.position(key)
        after = self._journal.add(event)
        if after is None:
            return False
        self._untold = True
        self._record(record_kind(event), record_of(event, self.account, before, after) | context)
        record = self._record_of(after)
        terms = _outdated(record.live.terms, before, after)
        self._change(record, after, terms, record.live.difference)
        self._note(key, str(after.change), describe_change(event, before, after))
        if not quietly:
            if isinstance(event, Fill):
                self._announce(record, EventType.FILL, event)
            else:
                self._announce(record)
        return True

    def _reconcile(self, reading: AccountSnapshot) -> None:
        first = {state.key for state in self._journal.positions}
        told: tuple[PositionEvent, ...] = (*reading.fills, *reading.funding)
        for event in sorted(told, key=lambda each: each.sort_key):
            self._take(event, quietly=self._journal.key_of(event) not in first and self._is_history(event))
        for difference in self._differences(reading):
            self._settle(difference, reading)
        changed = self._agree(reading) | (self._records.keys() - first)
        self._finish(reading)
        for key in changed:
            self._announce(self._records[key])

    def _is_history(self, event: PositionEvent) -> bool:
        """Whether it is from before all was known, so that nobody waits for it any more."""
        return self.complete_until is None or event.sort_key[0] <= self.complete_until

    def _differences(self, reading: AccountSnapshot) -> tuple[Difference, ...]:
        theirs = positions_by_key(self.account, reading.positions, hedged=reading.hedged)
        # The flat ones, too: what was closed after the question is not missing here.
        return find_differences(self._journal.positions, theirs, requested_at=reading.requested_at)

    def _settle(self, difference: Difference, reading: AccountSnapshot) -> None:
        """Takes the exchange's figures over, where they are beyond doubt; else marks the position."""
        key, side = difference.key, difference.ours.side if difference.ours else None
        if key.symbol in reading.inconsistent_symbols:
            return
        if (
            difference.kind is DifferenceKind.MISSING_THERE
            and (key.symbol, side) not in reading.recently_closed
        ):
            self._mark(self._records[key], difference.text)
            return
        record = self._records.get(key)
        starts = difference.theirs is not None and (record is None or not record.agreed)
        if not starts:
            log.warning("%s; the exchange's figures are taken", difference.text)
            if record is None or record.live.difference != difference.text:
                self._note(key, "difference", difference.text)
        self._take(
            difference.adjustment(reading.requested_at, replaces_history=starts), difference=difference.text
        )
        self._records[key].agreed = True

    def _agree(self, reading: AccountSnapshot) -> set[PositionKey]:
        """The exchange's terms, and the end of differences that are no more. Returns whose terms changed."""
        changed = set()
        theirs = positions_by_key(self.account, reading.positions, hedged=reading.hedged)
        for key, record in self._records.items():
            terms = theirs.get(key)
            if difference_kind(record.live.tracked, terms) is None:
                record.agreed = True
                self._mark(record, None)
            if terms is not None and terms != record.live.terms:
                self._change(record, record.live.tracked, terms, record.live.difference)
                changed.add(key)
        return changed

    def _finish(self, reading: AccountSnapshot) -> None:
        self.health = AccountHealth(reading.received_at, reading.problem)
        if reading.complete_until is not None:
            self.complete_until = reading.complete_until
            if self._untold:
                self._record(*snapshot_record(self.account, reading.complete_until))
                self._untold = False
            self._journal.prune_before(reading.complete_until - _KEPT)

    def _mark(self, record: ValuedPosition, difference: str | None) -> None:
        if record.live.difference == difference:
            return
        self._note(record.live.tracked.key, "difference", difference or "agrees with the exchange again")
        self._change(record, record.live.tracked, record.live.terms, difference)
        self._announce(record)

    def _record_of(self, tracked: PositionState) -> ValuedPosition:
        record = self._records.get(tracked.key)
        if record is None:
            record = self._records[tracked.key] = ValuedPosition(tracked)
            self._prices.add(tracked.key.symbol, record)
        return record

    def _change(
        self, record: ValuedPosition, tracked: PositionState, terms: Position | None, difference: str | None
    ) -> None:
        """Puts what is new into a record, and values it."""
        record.change(tracked, terms, difference, self._tiers.get(tracked.key.symbol, ()))
        self._value(record)

    def _value(self, record: ValuedPosition) -> None:
        self._prices.value(record, self._clock(), self._wall())
        self._live[record.live.label] = record.live

    def _expire(self) -> None:
        for record in self._prices.expired(self._clock()):
            self._value(record)
            record.silenced = True

    def _note(self, key: PositionKey, kind: str, text: str) -> None:
        self._noted.append(EventLogEntry(self._wall(), key.label, kind, text))

    def _announce(
        self, record: ValuedPosition, kind: EventType = EventType.POSITION_CHANGE, fill: Fill | None = None
    ) -> None:
        record.sent, record.silenced = record.worth, False
        update = PositionUpdate(record.live.tracked.key.symbol, record.live, kind, self._wall(), fill)
        self._tell(update)


def _outdated(terms: Position | None, before: PositionState | None, after: PositionState) -> Position | None:
    """What is left of the exchange's terms: its liquidation price was for another size."""
    if terms is None or before is None or before.side is not after.side:
        return None
    return terms if after.contracts == before.contracts else replace(terms, liquidation_price=None)
