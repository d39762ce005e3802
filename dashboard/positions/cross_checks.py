"""CrossChecks: checks the figures of each reading of an account, and reports what disagrees."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.domain.cross_check import cross_check, failed
from dashboard.domain.disagreement import Disagreement
from dashboard.domain.keys import PositionKey
from dashboard.domain.position import Position
from dashboard.positions.disagreement_records import disagreement_record
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import CrossCheckResult

log = logging.getLogger(__name__)

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

    def apply(self, rows: Mapping[PositionKey, Position]) -> None:
        """Checks the positions of one reading. A row that states too few figures changes nothing.

        To be called before the reading changes the positions, so that none is announced unchecked.
        """
        for key, row in rows.items():
            compared = cross_check(self._in_our_unit(key, row), self._book.live_price(key))
            if compared:
                self._book.cross_checks += 1
                wrong = failed(compared)
                self._set(key, Disagreement(wrong) if wrong else None)

    def move(self, keys: Iterable[PositionKey]) -> None:
        """Applies a disagreement to the new keys of positions that have moved from one key to another."""
        moved = tuple(keys)
        disagreement = next((found for key in moved if (found := self._book.disagreement(key))), None)
        for key in moved if disagreement else ():
            self._book.set_disagreement(key, disagreement)
            self._record(*disagreement_record(key, disagreement))

    def _in_our_unit(self, key: PositionKey, row: Position) -> Position:
        """The row with the instrument that the position is shown with: its unit may be outdated."""
        live = self._book.newest(key)
        return replace(row, instrument=live.state.instrument) if live is not None and live.is_open else row

    def _set(self, key: PositionKey, disagreement: Disagreement | None) -> None:
        before = self._book.disagreement(key)
        if disagreement == before:
            return
        self._book.set_disagreement(key, disagreement)
        if disagreement is not None and disagreement.is_like(before):
            return  # the same at another price
        self._report(key, disagreement)

    def _report(self, key: PositionKey, disagreement: Disagreement | None) -> None:
        """Records and logs a new result, and announces it unless the position is not known yet."""
        self._record(*disagreement_record(key, disagreement))
        self.recorded.pop(key, None)
        if disagreement is not None:
            self.recorded[key] = disagreement
        if disagreement is None:
            log.info("%s: %s", key.label, _AGREES)
            self._book.add_event(key, CrossCheckResult.AGREES, _AGREES)
        else:
            log.warning("%s disagrees: %s", key.label, disagreement.text)
            self._book.add_event(key, CrossCheckResult.DISAGREES, disagreement.text)
        if self._book.newest(key) is not None:
            self._book.announce(key)
