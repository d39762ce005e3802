"""Where the positions built from fills differ from the exchange's own, and what follows.

Only an answer of the exchange is compared. A query that failed says nothing, least of all flat, so
there is no value for it here: whoever asked keeps what is known.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.position import Position
from dashboard.domain.position_state import PositionKey, PositionState

ENTRY_TOLERANCE = Decimal("0.00001")
"""Of the entry price. Exchanges round their averages, some after each fill."""
_SIZE_TOLERANCE = Decimal("1e-9")
"""Of the size, where its step is not known."""


class DifferenceKind(StrEnum):
    """The first of these that holds."""

    MISSING_HERE = "missing here"
    MISSING_THERE = "missing there"
    SIDE = "side differs"
    SIZE = "size differs"
    ENTRY = "entry differs"


@dataclass(frozen=True, slots=True)
class Difference:
    """One position of which fills and exchange tell different things."""

    key: PositionKey
    kind: DifferenceKind
    ours: PositionState | None
    theirs: Position | None

    @property
    def text(self) -> str:
        """One line for the log and the page."""
        ours = self.ours.position() if self.ours else None
        return f"{self.key.label} {self.kind}: {_told(ours)} by fills, {_told(self.theirs)} on the exchange"

    def adjustment(self, as_of: int, *, replaces_history: bool = False) -> PositionAdjustment:
        """The exchange's figures, to be added to the journal. `as_of` is the exchange's time of them.

        `replaces_history`: the position begins with them, as its fills are older than those that are told.
        """
        if self.theirs is not None:
            return PositionAdjustment.from_position(
                self.theirs, as_of, hedged=self.key.side is not None, replaces_history=replaces_history
            )
        assert self.ours is not None
        return PositionAdjustment.flat(self.ours.instrument, as_of, self.key.side)


def positions_by_key(
    account: str, positions: Iterable[Position], *, hedged: bool
) -> dict[PositionKey, Position]:
    """The exchange's positions by their keys. `hedged` is the mode that the account trades in."""
    return {
        PositionKey(account, each.instrument.symbol, each.side if hedged else None): each
        for each in positions
    }


def find_differences(
    ours: Iterable[PositionState], theirs: Mapping[PositionKey, Position], *, requested_at: int | None = None
) -> tuple[Difference, ...]:
    """What differs between one account's positions here and all of those that its exchange has.

    A position that was traded at or after `requested_at` (the exchange's time) is left for the next time:
    the answer may be from before or after that fill.
    """
    here = {state.key: state for state in ours}
    return tuple(_differing(here, theirs, requested_at))


def _differing(
    here: Mapping[PositionKey, PositionState],
    theirs: Mapping[PositionKey, Position],
    requested_at: int | None,
) -> Iterator[Difference]:
    for key in dict.fromkeys((*here, *theirs)):
        state = here.get(key)
        kind = difference_kind(state, theirs.get(key))
        if kind is not None and not _moving(state, requested_at):
            yield Difference(key, kind, state, theirs.get(key))


def difference_kind(ours: PositionState | None, theirs: Position | None) -> DifferenceKind | None:
    """What fills and exchange disagree on; None where they agree."""
    mine = ours.position() if ours else None
    if mine is None or theirs is None:
        if mine is theirs:
            return None
        return DifferenceKind.MISSING_HERE if mine is None else DifferenceKind.MISSING_THERE
    if mine.side is not theirs.side:
        return DifferenceKind.SIDE
    if _size_differs(mine, theirs):
        return DifferenceKind.SIZE
    return DifferenceKind.ENTRY if _entry_differs(mine, theirs) else None


def _moving(state: PositionState | None, requested_at: int | None) -> bool:
    if state is None or state.last_fill is None or requested_at is None:
        return False
    return state.last_fill.traded_at >= requested_at


def _size_differs(ours: Position, theirs: Position) -> bool:
    """By a whole step, which is the least that a trade can make of it."""
    apart = abs(ours.contracts - theirs.contracts)
    step = theirs.instrument.size_step
    return apart > theirs.contracts * _SIZE_TOLERANCE if step is None else apart >= step


def _entry_differs(ours: Position, theirs: Position) -> bool:
    """By more than rounding: a step of the price, or `ENTRY_TOLERANCE` where that is more."""
    step = theirs.instrument.price_step or Decimal(0)
    return abs(ours.entry_price - theirs.entry_price) > max(step, theirs.entry_price * ENTRY_TOLERANCE)


def _told(position: Position | None) -> str:
    if position is None:
        return "none"
    return f"{position.side} {_short(position.contracts)} at {_short(position.entry_price)}"


def _short(number: Decimal) -> str:
    """Without digits that nobody reads, and never in powers of ten."""
    return f"{round(number, 10).normalize():f}"
