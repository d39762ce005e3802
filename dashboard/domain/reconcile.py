"""Reconciliation: the differences of the positions built from fills to those on the exchange.

Only a successful response is compared. A failed request leaves the positions as they are known, and
never means flat.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.contract_units import in_units_of, is_same_contract
from dashboard.domain.decimal_math import plain_number
from dashboard.domain.keys import PositionKey
from dashboard.domain.merged_position import merged
from dashboard.domain.position import Position, Side
from dashboard.domain.position_state import PositionState

ENTRY_TOLERANCE = Decimal("0.00001")
"""As a share of the entry price. Exchanges round their averages, some after each fill."""
_SIZE_TOLERANCE = Decimal("1e-9")
"""As a share of the size, for instruments without a known size step."""


class DifferenceKind(StrEnum):
    """The kinds of difference, in the order in which they are checked."""

    MISSING_FILLS = "more closed than opened"
    MISSING_HERE = "missing here"
    MISSING_THERE = "missing there"
    CONTRACT = "contract differs"
    """Size, payoff or settlement currency of its contracts, and with them what the position is worth."""
    SIDE = "side differs"
    SIZE = "size differs"
    ENTRY = "entry differs"


@dataclass(frozen=True, slots=True)
class Difference:
    """A position that differs between fills and exchange."""

    key: PositionKey
    kind: DifferenceKind
    ours: PositionState | None
    theirs: Position | None

    @property
    def text(self) -> str:
        """One line for the log and the page."""
        by_fills, on_exchange = _describe_ours(self.ours, self.kind), _describe(self.theirs, self.kind)
        return f"{self.key.label} {self.kind}: {by_fills} by fills, {on_exchange} on the exchange"

    def adjustment(self, as_of: int, *, replaces_history: bool = False) -> PositionAdjustment:
        """The exchange's figures as an event for the journal. `as_of` is the exchange's time of them.

        `replaces_history`: the position begins with them, as the exchange no longer lists its fills.
        """
        if self.theirs is not None:
            return PositionAdjustment.from_position(
                self.theirs, as_of, hedged=self.key.side is not None, replaces_history=replaces_history
            )
        assert self.ours is not None
        return PositionAdjustment.flat(self.ours.instrument, as_of, self.key.side)


def reported_modes(positions: Iterable[Position], stated: Mapping[str, bool]) -> dict[str, bool]:
    """The mode of each market, True for hedge mode, as the exchange stated it or as its positions prove it.

    A long and a short at once have keys of their own in any mode: where one-way mode is stated, they are
    in different margin modes.
    """
    sides: dict[str, set[Side]] = {}
    for each in positions:
        sides.setdefault(each.instrument.symbol, set()).add(each.side)
    return {**stated, **{symbol: True for symbol, held in sides.items() if len(held) > 1}}


def positions_by_key(
    account: str, positions: Iterable[Position], hedged: Mapping[str, bool | None]
) -> dict[PositionKey, Position]:
    """Maps the exchange's positions to their keys; parts of one position are added up.

    `hedged` is True for the symbols in hedge mode.
    """
    parts: dict[PositionKey, list[Position]] = {}
    for each in positions:
        symbol = each.instrument.symbol
        key = PositionKey(account, symbol, each.side if hedged.get(symbol) else None)
        parts.setdefault(key, []).append(each)
    return {key: replace(merged(each), hedged=key.side is not None) for key, each in parts.items()}


def find_differences(
    ours: Iterable[PositionState], theirs: Mapping[PositionKey, Position], *, requested_at: int | None = None
) -> tuple[Difference, ...]:
    """Compares the positions of one account with all of its positions on the exchange.

    A position with a fill at or after `requested_at` (the exchange's time) is skipped: the response
    may be from before or after that fill.
    """
    here = {state.key: state for state in ours}
    return tuple(_compare(here, theirs, requested_at))


def _compare(
    here: Mapping[PositionKey, PositionState],
    theirs: Mapping[PositionKey, Position],
    requested_at: int | None,
) -> Iterator[Difference]:
    for key in dict.fromkeys((*here, *theirs)):
        state = here.get(key)
        kind = difference_kind(state, theirs.get(key))
        if kind is not None and not _filled_since(state, requested_at):
            yield Difference(key, kind, state, theirs.get(key))


def difference_kind(ours: PositionState | None, theirs: Position | None) -> DifferenceKind | None:
    """The first difference between fills and exchange; None if they agree."""
    if ours and ours.is_contradictory:
        return DifferenceKind.MISSING_FILLS
    mine = ours.position() if ours else None
    if ours is None or mine is None or theirs is None:
        if mine is theirs:
            return None
        return DifferenceKind.MISSING_HERE if mine is None else DifferenceKind.MISSING_THERE
    if is_same_contract(mine.instrument, theirs.instrument):
        return _figures_kind(mine, theirs)
    resized = in_units_of(ours, theirs.instrument)
    mine = resized.position() if resized else None
    return DifferenceKind.CONTRACT if mine is None or _figures_kind(mine, theirs) else None


def _figures_kind(mine: Position, theirs: Position) -> DifferenceKind | None:
    if mine.side is not theirs.side:
        return DifferenceKind.SIDE
    if _size_differs(mine, theirs):
        return DifferenceKind.SIZE
    return DifferenceKind.ENTRY if _entry_differs(mine, theirs) else None


def _filled_since(state: PositionState | None, requested_at: int | None) -> bool:
    if state is None or state.last_fill is None or requested_at is None:
        return False
    return state.last_fill.traded_at >= requested_at


def _size_differs(ours: Position, theirs: Position) -> bool:
    """True from one size step on, the least that a trade can change."""
    deviation = abs(ours.contracts - theirs.contracts)
    step = theirs.instrument.size_step
    return deviation > theirs.contracts * _SIZE_TOLERANCE if step is None else deviation >= step


def _entry_differs(ours: Position, theirs: Position) -> bool:
    """True if more than rounding: a price step or `ENTRY_TOLERANCE`, whichever is larger."""
    step = theirs.instrument.price_step or Decimal(0)
    return abs(ours.entry_price - theirs.entry_price) > max(step, theirs.entry_price * ENTRY_TOLERANCE)


def _describe_ours(state: PositionState | None, kind: DifferenceKind) -> str:
    if state is None or not state.is_contradictory:
        return _describe(state.position() if state else None, kind)
    return f"{plain_number(abs(state.contracts), 10)} more closed than opened"


def _describe(position: Position | None, kind: DifferenceKind) -> str:
    if position is None:
        return "none"
    contracts, price = plain_number(position.contracts, 10), plain_number(position.entry_price, 10)
    if kind is DifferenceKind.CONTRACT:
        contracts += f" × {plain_number(position.instrument.contract_size)} ({position.instrument.payoff})"
    return f"{position.side} {contracts} at {price}"
