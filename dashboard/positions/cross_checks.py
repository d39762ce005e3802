"""CrossChecks: checks the figures of each reading of an account, and reports what disagrees."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.domain.contract_units import is_same_contract
from dashboard.domain.cross_check import cross_check, failed
from dashboard.domain.disagreement import ComparedFigure, Disagreement
from dashboard.domain.keys import PositionKey
from dashboard.domain.position import Position
from dashboard.positions.disagreement_records import disagreement_record
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import CrossCheckResult
from dashboard.repeated_lines import RepeatedLines

log = logging.getLogger(__name__)
log.addFilter(RepeatedLines(errors_only=True))

_AGREES = "our notional and PnL agree with the exchange's again"


class CrossChecks:
    """Writes the disagreements of one account to the book, the event log and the audit trail.

    Each call holds the book's lock.
    """

    def __init__(
        self,
        book: LiveBook,
        record: Callable[[str, Mapping[str, Any]], bool],
        restored: Mapping[PositionKey, Disagreement],
    ) -> None:
        """`restored` are those of the audit trail: they stand until a reading agrees."""
        self._book = book
        self._record = record
        self.recorded = dict(restored)
        """The disagreements as the audit trail has them: at the price of the first reading."""
        for key, disagreement in restored.items():
            book.set_disagreement(key, disagreement)

    def check(self, rows: Mapping[PositionKey, Position]) -> int:
        """Checks the positions of a reading, without a report. Returns how many rows state enough for it.

        To be called before the reading changes the positions, so that none is announced unchecked.
        """
        count = 0
        for key, row in rows.items():
            compared = self._compare(key, row)
            if compared:
                wrong = failed(compared)
                self._set(key, Disagreement(wrong) if wrong else None)
                count += 1
        return count

    def report(self, rows: Mapping[PositionKey, Position]) -> None:
        """Checks the positions again as the reading has left them, and reports each new result."""
        before = {key: self._book.disagreement(key) for key in rows}
        self._book.cross_checks += self.check(rows)
        for key, found in before.items():
            disagreement, reported = self._book.disagreement(key), self.recorded.get(key)
            if disagreement is None and reported is not None:
                self._report(key, None)
            elif disagreement is not None and not disagreement.is_like(reported):
                self._report(key, disagreement)
            elif disagreement != found:
                self._announce(key)

    def move(self, keys: Iterable[PositionKey]) -> None:
        """Applies a disagreement to the new keys of positions that have moved from one key to another."""
        moved = tuple(keys)
        disagreement = next((found for key in moved if (found := self._book.disagreement(key))), None)
        for key in moved if disagreement else ():
            self._book.set_disagreement(key, disagreement)
            self._write(key, disagreement)

    def _compare(self, key: PositionKey, row: Position) -> tuple[ComparedFigure, ...]:
        """Compares one row. One that cannot be compared is unchecked, and the others are not affected."""
        try:
            return cross_check(self._as_shown(key, row), self._book.live_price(key))
        except Exception:
            log.exception(
                "%s cannot be compared with the exchange's figures: it keeps the last result", key.label
            )
            return ()

    def _as_shown(self, key: PositionKey, row: Position) -> Position:
        """The row; with the size as it is shown as long as that is in another contract."""
        live = self._book.newest(key)
        if live is None or not live.is_open or is_same_contract(live.state.instrument, row.instrument):
            return row
        return replace(row, instrument=live.state.instrument, contracts=abs(live.state.contracts))

    def _set(self, key: PositionKey, disagreement: Disagreement | None) -> None:
        if disagreement != self._book.disagreement(key):
            self._book.set_disagreement(key, disagreement)

    def _report(self, key: PositionKey, disagreement: Disagreement | None) -> None:
        """Records, logs and announces a new result."""
        self._write(key, disagreement)
        if disagreement is None:
            log.info("%s: %s", key.label, _AGREES)
            self._book.add_event(key, CrossCheckResult.AGREES, _AGREES)
        else:
            log.warning("%s disagrees: %s", key.label, disagreement.text)
            self._book.add_event(key, CrossCheckResult.DISAGREES, disagreement.text)
        self._announce(key)

    def _write(self, key: PositionKey, disagreement: Disagreement | None) -> None:
        self._record(*disagreement_record(key, disagreement))
        self.recorded.pop(key, None)
        if disagreement is not None:
            self.recorded[key] = disagreement

    def _announce(self, key: PositionKey) -> None:
        """Calls the listeners, unless the position is not known yet."""
        if self._book.newest(key) is not None:
            self._book.announce(key)
