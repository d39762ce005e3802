"""Check of each checkpoint of a trail: it must contain the positions that the records before it give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from dashboard.audit.checkpoint_lines import CheckpointParts
from dashboard.audit.records import AuditLine
from dashboard.audit.system_records import BROKEN, CHECKPOINT, GAP
from dashboard.domain.decimal_math import plain_number
from dashboard.domain.market_history import MarketHistory
from dashboard.domain.position_state import PositionState
from dashboard.positions.account_history import AccountHistory, InvalidCheckpoint, decode
from dashboard.positions.account_owner import AccountOwner
from dashboard.positions.trail_replay import TrailReplay


@dataclass(slots=True)
class _OpenCheckpoint:
    """A checkpoint whose end was not read yet."""

    expected: Sequence[AccountHistory] | None
    """The accounts by the records before it; None if unknown."""
    since: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    """The records since it began, since lines of both may alternate."""
    is_unbroken: bool = True
    """False if some of these were lost."""


class CheckpointCheck:
    """Replays the records from one checkpoint to the next.

    After lost or invalid lines the positions are unknown, and the next checkpoint is accepted.
    """

    def __init__(self) -> None:
        self._replay: TrailReplay | None = TrailReplay()
        """The accounts by the records so far; None while they are unknown."""
        self._parts = CheckpointParts()
        self._open: _OpenCheckpoint | None = None

    def lose_track(self) -> None:
        """Accepts that lines before the next record are missing or invalid."""
        self._replay = None
        if self._open:
            self._open.is_unbroken = False

    def add(self, record: AuditLine) -> str | None:
        """Adds the next record. Returns the mistake in the checkpoint that it ends, or None."""
        if record.kind == CHECKPOINT:
            return self._add_to_checkpoint(record)
        if record.kind in (GAP, BROKEN):
            self.lose_track()
        if self._replay:
            self._replay.add(record.kind, record.entry)
        if self._open and self._open.is_unbroken:
            self._open.since.append((record.kind, record.entry))
        return None

    def _add_to_checkpoint(self, record: AuditLine) -> str | None:
        if record.entry.get("stage") == "begin":
            self._open = _OpenCheckpoint(self._replay.accounts if self._replay else None)
        is_complete = self._parts.add(record)
        if not is_complete or self._open is None:
            return None
        begun, self._open = self._open, None
        return self._compare(begun)

    def _compare(self, begun: _OpenCheckpoint) -> str | None:
        """Compares a complete checkpoint with the records before it, and continues from it."""
        try:
            accounts = decode(chain.from_iterable(self._parts.contents))
            replay = TrailReplay(accounts)
        except (InvalidCheckpoint, ArithmeticError) as error:
            return str(error)
        for kind, entry in begun.since:
            replay.add(kind, entry)
        self._replay = replay if begun.is_unbroken else None
        return None if begun.expected is None else _difference(begun.expected, accounts)


def _difference(expected: Sequence[AccountHistory], found: Sequence[AccountHistory]) -> str | None:
    """The first difference between the records and a checkpoint, or None."""
    ours, theirs = _markets(expected), _markets(found)
    for key in dict.fromkeys((*ours, *theirs)):
        mine, other = ours.get(key), theirs.get(key)
        if mine is None or other is None or mine.pruned_to(other.pruned_until) != other:
            return (
                f"{' '.join(key)} is {_text(other)} in the checkpoint, {_text(mine)} by the lines before it"
            )
    for about in (_readings, _disagreements, _owners):
        if about(expected) != about(found):
            return f"{about(found)} in the checkpoint, {about(expected)} by the lines before it"
    return None


def _markets(accounts: Sequence[AccountHistory]) -> dict[tuple[str, str], MarketHistory]:
    """The markets by account and symbol."""
    return {
        (account.account, history.base.instrument.symbol): history
        for account in accounts
        for history in account.markets
    }


def _readings(accounts: Sequence[AccountHistory]) -> dict[str, int]:
    """The time of the last complete reading of each account that has one."""
    return {each.account: each.complete_until for each in accounts if each.complete_until is not None}


def _disagreements(accounts: Sequence[AccountHistory]) -> dict[str, str]:
    return {str(key): each.text for account in accounts for key, each in account.disagreements.items()}


def _owners(accounts: Sequence[AccountHistory]) -> dict[str, tuple[AccountOwner, ...]]:
    return {each.account: each.owners for each in accounts if each.owners}


def _text(history: MarketHistory | None) -> str:
    if history is None:
        return "unknown"
    return " and ".join(map(_position_text, history.state.by_side.values())) or "without positions"


def _position_text(state: PositionState) -> str:
    realized = plain_number(state.cumulative_totals.realized_pnl, 10)
    return f"{plain_number(state.contracts, 10)} contracts with {realized} realised"
