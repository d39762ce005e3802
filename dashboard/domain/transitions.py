"""The transitions of a position: open, increase, reduce, close and flip, adjustments and funding."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, localcontext

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.contract_math import entry_gain, entry_value
from dashboard.domain.contract_units import in_units_of
from dashboard.domain.currencies import settlement_in_dollars
from dashboard.domain.decimal_math import EXACT, round_quotient
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.position_state import ClosedPosition, PositionChange, PositionState
from dashboard.domain.reconcile import difference_kind
from dashboard.domain.totals import PositionTotals

PositionEvent = Fill | Funding | PositionAdjustment


def apply(state: PositionState, event: PositionEvent) -> PositionState:
    """The position after `event`, which must belong to it.

    It is counted in the contracts of the event. A position in contracts that cannot be converted is unknown,
    and begins with the event.
    """
    if state.instrument is not event.instrument:
        state = in_units_of(state, event.instrument) or PositionState(state.key, event.instrument)
    match event:
        case Fill():
            return apply_fill(state, event)
        case Funding():
            return apply_funding(state, event)
        case PositionAdjustment():
            return apply_adjustment(state, event)


def apply_fill(state: PositionState, fill: Fill) -> PositionState:
    """The position after `fill`."""
    change = classify_change(state.contracts, fill.signed_contracts)
    transition = _TRANSITIONS[change]
    if state.key.side is not None:
        change, transition = _transition_of_leg(state, fill) or (change, transition)
    with localcontext(EXACT):
        return replace(transition(state, fill), change=change, last_fill=fill)


def classify_change(contracts: Decimal, signed: Decimal) -> PositionChange:
    """The change of a position of `contracts` by a fill of `signed` contracts, both signed."""
    if not contracts:
        return PositionChange.OPEN
    if (contracts > 0) is (signed > 0):
        return PositionChange.INCREASE
    left = abs(contracts) - abs(signed)
    return PositionChange.REDUCE if left > 0 else PositionChange.FLIP if left < 0 else PositionChange.CLOSE


def _open(state: PositionState, fill: Fill) -> PositionState:
    return _increase(_before_opening(state, fill.traded_at), fill)


def _increase(state: PositionState, fill: Fill) -> PositionState:
    return replace(
        state,
        contracts=state.contracts + fill.signed_contracts,
        entry_value=state.entry_value + entry_value(state.instrument, fill.contracts, fill.price),
        totals=state.totals.with_fees(fill.fees),
    )


def _reduce(state: PositionState, fill: Fill) -> PositionState:
    """Releases the entry value in proportion, so that the average entry stays the same."""
    released = _released(state, fill.contracts)
    gain = -fill.trade_side.sign * entry_gain(state.instrument, fill.contracts, released, fill.price)
    return replace(
        state,
        contracts=state.contracts + fill.signed_contracts,
        entry_value=state.entry_value - released,
        totals=_with_gain(state.totals.with_fees(fill.fees), gain, fill),
    )


def _with_gain(totals: PositionTotals, gain: Decimal, fill: Fill) -> PositionTotals:
    return totals.with_gain(gain, settlement_in_dollars(fill.instrument, fill.price))


def _released(state: PositionState, contracts: Decimal) -> Decimal:
    """The entry value of `contracts` of the position: all that is left at its close, without a remainder."""
    held = abs(state.contracts)
    if contracts == held:
        return state.entry_value
    return round_quotient(state.entry_value * contracts / held)


def _close(state: PositionState, fill: Fill) -> PositionState:
    after = _reduce(state, fill)
    return replace(after, closed=_closed(state, after.totals, fill.traded_at))


def _flip(state: PositionState, fill: Fill) -> PositionState:
    closing, opening = fill.split(abs(state.contracts))
    return _open(_close(state, closing), opening)


_Transition = Callable[[PositionState, Fill], PositionState]
_TRANSITIONS: dict[PositionChange, _Transition] = {
    PositionChange.OPEN: _open,
    PositionChange.INCREASE: _increase,
    PositionChange.REDUCE: _reduce,
    PositionChange.CLOSE: _close,
    PositionChange.FLIP: _flip,
}


# --- Legs of hedge mode with missing fills


def _transition_of_leg(state: PositionState, fill: Fill) -> tuple[PositionChange, _Transition] | None:
    """The transition of a leg that closes more than was opened, or has done so; None for any other."""
    sign = fill.trade_side.sign
    assert state.key.side is not None
    opens = sign == state.key.side.sign
    if opens and state.is_contradictory:
        return PositionChange.OPEN, _open_after_unexplained_close
    if not opens and fill.contracts > state.contracts * -sign:
        return PositionChange.CLOSE, _close_unexplained
    return None


def _close_unexplained(state: PositionState, fill: Fill) -> PositionState:
    """Closes more than was opened. The PnL is the reported one: that of the rest cannot be computed."""
    if state.is_open:
        after = _close(state, replace(fill, contracts=abs(state.contracts)))
    else:
        after = replace(state, totals=state.totals.with_fees(fill.fees))
    if fill.realized_pnl is None:
        totals = after.totals.with_unexplained_close()
    else:
        gain = state.totals.realized_pnl + fill.realized_pnl - after.totals.realized_pnl
        totals = _with_gain(after.totals, gain, fill)
    closed = replace(after.closed, totals=totals) if after.closed and state.is_open else after.closed
    contracts = state.contracts + fill.signed_contracts
    return replace(after, contracts=contracts, entry_value=Decimal(0), totals=totals, closed=closed)


def _open_after_unexplained_close(state: PositionState, fill: Fill) -> PositionState:
    """Opens what is more than an earlier unexplained close: the rest of `fill` had opened that."""
    missing = abs(state.contracts)
    if fill.contracts <= missing:
        contracts, totals = state.contracts + fill.signed_contracts, state.totals.with_fees(fill.fees)
        return replace(state, contracts=contracts, totals=totals)
    opening = replace(fill, contracts=fill.contracts - missing)
    return _open(replace(state, contracts=Decimal(0)), opening)


# --- Other events


def apply_funding(state: PositionState, funding: Funding) -> PositionState:
    """The position after a payment. A payment after the close counts for the closed position."""
    with localcontext(EXACT):
        totals = state.totals.with_funding(funding.amount, funding.currency)
    return replace(state, totals=totals, change=PositionChange.FUNDING)


def apply_adjustment(state: PositionState, adjustment: PositionAdjustment) -> PositionState:
    """The position with the size and entry of the exchange.

    Nothing changes if the fills before it lead to the same figures: these fills arrived later than the
    figures, and are the more complete history.
    """
    if _is_explained(state, adjustment):
        return state
    before = PositionState(state.key, adjustment.instrument) if adjustment.replaces_history else state
    with localcontext(EXACT):
        if _is_reduced(before, adjustment):
            before = replace(before, totals=before.totals.with_unexplained_close())
        if before.is_open and before.contracts * adjustment.contracts <= 0:
            closed = _closed(before, before.totals, adjustment.as_of, adopted=True)
            before = replace(before, contracts=Decimal(0), closed=closed)
        if adjustment.contracts and not before.is_open:
            before = _before_opening(before, adjustment.opened_at)
        return replace(
            before,
            contracts=adjustment.contracts,
            entry_value=_adjusted_value(adjustment),
            adopted_at=adjustment.as_of,
            change=PositionChange.ADOPT,
        )


def _is_explained(state: PositionState, adjustment: PositionAdjustment) -> bool:
    """True if size and entry of `state` are those of the adjustment, except for rounding."""
    return difference_kind(state, adjustment.position) is None


def _is_reduced(state: PositionState, adjustment: PositionAdjustment) -> bool:
    """True if some of the position was closed, by fills that are missing."""
    held, left = abs(state.contracts), abs(adjustment.contracts)
    return state.is_open and (left < held or state.contracts * adjustment.contracts < 0)


def _adjusted_value(adjustment: PositionAdjustment) -> Decimal:
    if not adjustment.contracts:
        return Decimal(0)
    return entry_value(adjustment.instrument, abs(adjustment.contracts), adjustment.entry_price)


def _before_opening(state: PositionState, opened_at: int | None) -> PositionState:
    """A flat position before its opening: its totals move to the earlier ones."""
    return replace(
        state,
        totals=PositionTotals(),
        earlier_totals=state.earlier_totals + state.totals,
        opened_at=opened_at,
        adopted_at=None,
    )


def _closed(
    state: PositionState, totals: PositionTotals, closed_at: int, *, adopted: bool = False
) -> ClosedPosition:
    """The record of a position that ends, with its final `totals`."""
    assert state.side is not None
    assert state.entry_price is not None
    adopted = adopted or state.adopted_at is not None
    return ClosedPosition(state.side, state.entry_price, state.opened_at, closed_at, totals, adopted)
