"""Backdating of an adjustment that was dated too late: by a clock that was ahead of the exchange's."""

from collections.abc import Iterable, Sequence
from functools import reduce

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.fill import Fill
from dashboard.domain.market_positions import MarketEvent
from dashboard.domain.position import Position
from dashboard.domain.position_state import PositionState
from dashboard.domain.reconcile import difference_kind
from dashboard.domain.transitions import apply_adjustment, apply_fill


def backdated(
    state: PositionState, events: Sequence[MarketEvent], later: Iterable[Fill], theirs: Position | None
) -> PositionAdjustment | None:
    """Returns the last adjustment of a position, dated before fills that it does not include.

    `events` are those of the market. The fills `later` arrived after the adjustment, and are dated before it.
    They were made after it if with them the position is as the exchange reports it, `theirs`; else the
    result is None.
    """
    fills = sorted(later, key=lambda fill: fill.sort_key)
    adjustment = _last_adjustment(state, events)
    if not fills or adjustment is None or _has_other_fills(state, events, fills, adjustment):
        return None
    adjusted = apply_adjustment(PositionState(state.key, state.instrument), adjustment)
    after = reduce(apply_fill, fills, adjusted)
    return None if difference_kind(after, theirs) else adjustment.before(fills[0])


def _last_adjustment(state: PositionState, events: Sequence[MarketEvent]) -> PositionAdjustment | None:
    own = (
        event
        for event in reversed(events)
        if isinstance(event, PositionAdjustment) and event.position_side is state.key.side
    )
    last = next(own, None)
    return last if last is not None and last.as_of == state.adopted_at else None


def _has_other_fills(
    state: PositionState, events: Sequence[MarketEvent], fills: Sequence[Fill], adjustment: PositionAdjustment
) -> bool:
    """True if a fill that the adjustment includes would count again."""
    between = (event for event in events if fills[0].sort_key < event.sort_key < adjustment.sort_key)
    return any(isinstance(event, Fill) and event not in fills for event in between)
