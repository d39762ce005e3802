"""Replay of the audit trail: a journal for each account, from the newest checkpoint and the records since."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from dashboard.audit.trail_start import Checkpoint, TrailStart, trail_starts
from dashboard.domain.disagreement import Disagreement
from dashboard.domain.journal import Journal
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument
from dashboard.domain.pruning import EVENTS_KEPT_MS, pruning_times
from dashboard.positions.account_history import AccountHistory, InvalidCheckpoint, decode
from dashboard.positions.account_owner import ACCOUNT, AccountOwner, read_owner
from dashboard.positions.audit_records import EVENT_KINDS, READING, parse_event, parse_instrument
from dashboard.positions.disagreement_records import CROSS_CHECK, read_disagreement

log = logging.getLogger(__name__)

_PRUNE_EVERY_RECORDS = 10_000


@dataclass(slots=True)
class RestoredPositions:
    """The positions of one account, as the trail has them."""

    journal: Journal
    complete_until: int | None = None
    """The exchange's time up to which no fill is missing; None if unknown."""
    disagreements: dict[PositionKey, Disagreement] = field(default_factory=dict)
    """Positions whose figures contradicted the exchange's own in the newest reading."""
    owners: tuple[AccountOwner, ...] = ()
    """The credentials that opened the account, as far as they are known."""


class TrailReplay:
    """Adds the records of a trail to the journals of their accounts."""

    def __init__(self, accounts: Iterable[AccountHistory] = ()) -> None:
        self._accounts = {
            each.account: RestoredPositions(
                Journal(each.account, each.markets),
                each.complete_until,
                dict(each.disagreements),
                each.owners,
            )
            for each in accounts
        }
        self._instruments: dict[str, Instrument] = {}
        """One object for all records with the same fields."""
        self._added = 0

    @property
    def accounts(self) -> tuple[AccountHistory, ...]:
        """The histories of all accounts."""
        return tuple(
            AccountHistory(
                name, each.journal.histories, each.complete_until, dict(each.disagreements), each.owners
            )
            for name, each in self._accounts.items()
        )

    @property
    def owners(self) -> Mapping[str, tuple[AccountOwner, ...]]:
        """The credentials that opened each account."""
        return {name: each.owners for name, each in self._accounts.items()}

    def take(self, account: str) -> RestoredPositions:
        """Removes the positions of `account` and returns them; none if the trail has no record of it."""
        return self._accounts.pop(account, None) or RestoredPositions(Journal(account))

    def add(self, kind: str, entry: Mapping[str, Any]) -> None:
        """Adds a record. Ignores records of other kinds; logs and skips an invalid one."""
        try:
            if kind == READING:
                self._add_reading(entry["account"], int(entry["complete_until"]))
            elif kind == CROSS_CHECK:
                self._add_cross_check(*read_disagreement(entry))
            elif kind == ACCOUNT:
                self._add_owner(*read_owner(entry))
            elif kind in EVENT_KINDS:
                event = parse_event(kind, entry["event"], self._instrument(entry["instrument"]))
                self._of(entry["account"]).journal.add(event)
                self._limit_memory()
        except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as error:
            log.warning("an invalid record of the audit trail is skipped: %r", error)

    def _add_reading(self, account: str, complete_until: int) -> None:
        restored = self._of(account)
        restored.complete_until = complete_until
        restored.journal.prune_before(complete_until - EVENTS_KEPT_MS)

    def _add_cross_check(self, key: PositionKey, disagreement: Disagreement | None) -> None:
        disagreements = self._of(key.account).disagreements
        disagreements.pop(key, None)
        if disagreement is not None:
            disagreements[key] = disagreement

    def _add_owner(self, account: str, owner: AccountOwner) -> None:
        restored = self._of(account)
        if owner not in restored.owners:
            restored.owners += (owner,)

    def _of(self, account: str) -> RestoredPositions:
        if account not in self._accounts:
            self._accounts[account] = RestoredPositions(Journal(account))
        return self._accounts[account]

    def _instrument(self, fields: dict[str, Any]) -> Instrument:
        key = repr(fields)
        if key not in self._instruments:
            self._instruments[key] = parse_instrument(fields)
        return self._instruments[key]

    def _limit_memory(self) -> None:
        """Prunes events of a trail without checkpoints, and none that its writer has kept."""
        self._added += 1
        if self._added % _PRUNE_EVERY_RECORDS == 0:
            for each in self._accounts.values():
                for time in pruning_times(each.journal.histories, None):
                    each.journal.prune_before(time)


@dataclass(frozen=True, slots=True)
class RestoredTrail:
    """The accounts of a trail, and the checkpoint from which they were restored, if there was one."""

    replay: TrailReplay
    checkpoint: Checkpoint | None = None


def restore_trail(directory: Path) -> RestoredTrail:
    """Restores all accounts of a trail. Raises OSError if a file cannot be read.

    Reads the newest checkpoint and the records since, and earlier ones only if its content is invalid.
    """
    for start in trail_starts(directory):
        try:
            return _restored(start)
        except (InvalidCheckpoint, ArithmeticError) as error:
            log.warning("%s: an earlier one is used", error)
    return RestoredTrail(TrailReplay())


def _restored(start: TrailStart) -> RestoredTrail:
    items = chain.from_iterable(start.checkpoint.contents()) if start.checkpoint else ()
    replay = TrailReplay(decode(items))
    for record in start.records():
        replay.add(record.kind, record.entry)
    return RestoredTrail(replay, start.checkpoint)
