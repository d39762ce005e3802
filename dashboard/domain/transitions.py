"""What one event does to a tracked position: open, increase, reduce, close, flip; adopt; funding."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, localcontext

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.contract_math import entry_gain, entry_value
from dashboard.domain.decimal_math import EXACT, round_quotient
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.position_state import ClosedPosition, PositionChange, PositionState
from dashboard.domain.totals import PositionTotals

PositionEvent = Fill | Funding | PositionAdjustment


def apply(state: PositionState, event: PositionEvent) -> PositionState:
    """The position after `event`, which has to be one of its key."""
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
    with localcontext(EXACT):
        return replace(_TRANSITIONS[change](state, fill), change=change, last_fill=fill)


def classify_change(contracts: Decimal, signed: Decimal) -> PositionChange:
    """What a fill of `signed` contracts does to a position of `contracts`, both with their signs."""
    if not contracts:
        return PositionChange.OPEN
    if (contracts > 0) is (signed > 0):
        return PositionChange.INCREASE
    left = abs(contracts) - abs(signed)
    return PositionChange.REDUCE if left > 0 else PositionChange.FLIP if left < 0 else PositionChange.CLOSE


def _open(state: PositionState, fill: Fill) -> PositionState:
    return _increase(_reopened(state, fill.traded_at), fill)


def _increase(state: PositionState, fill: Fill) -> PositionState:
    return replace(
        state,
        contracts=state.contracts + fill.signed_contracts,
        entry_value=state.entry_value + entry_value(state.instrument, fill.contracts, fill.price),
        totals=state.totals.with_fees(fill.fees),
    )


def _reduce(state: PositionState, fill: Fill) -> PositionState:
    """Takes a proportional part of the entry value out, so that the average entry stays."""
    released = round_quotient(state.entry_value * fill.contracts / abs(state.contracts))
    won = -fill.trade_side.sign * entry_gain(state.instrument, fill.contracts, released, fill.price)
    totals = state.totals.with_fees(fill.fees)
    return replace(
        state,
        contracts=state.contracts + fill.signed_contracts,
        entry_value=state.entry_value - released,
        totals=replace(totals, realized_pnl=totals.realized_pnl + won),
    )


def _close(state: PositionState, fill: Fill) -> PositionState:
    after = _reduce(state, fill)
    return replace(after, closed=_end(state, after.totals, fill.traded_at))


def _flip(state: PositionState, fill: Fill) -> PositionState:
    closing, opening = fill.split(abs(state.contracts))
    return _open(_close(state, closing), opening)


_TRANSITIONS: dict[PositionChange, Callable[[PositionState, Fill], PositionState]] = {
    PositionChange.OPEN: _open,
    PositionChange.INCREASE: _increase,
    PositionChange.REDUCE: _reduce,
    PositionChange.CLOSE: _close,
    PositionChange.FLIP: _flip,
}


def apply_funding(state: PositionState, funding: Funding) -> PositionState:
    """The position after a payment. One that comes after the close still belongs to what was closed."""
    with localcontext(EXACT):
        totals = state.totals.with_funding(funding.amount, funding.currency)
    return replace(state, totals=totals, change=PositionChange.FUNDING)


def apply_adjustment(state: PositionState, adopted: PositionAdjustment) -> PositionState:
    """The position with the exchange's size and entry instead of its own."""
    before = PositionState(state.key, state.instrument) if adopted.replaces_history else state
    with localcontext(EXACT):
        if before.contracts and before.contracts * adopted.contracts <= 0:
            ended = _end(before, before.totals, adopted.as_of, adopted=True)
            before = replace(before, contracts=Decimal(0), closed=ended)
        if adopted.contracts and not before.contracts:
            before = _reopened(before, adopted.opened_at)
        return replace(
            before,
            contracts=adopted.contracts,
            entry_value=_adopted_value(adopted),
            adopted_at=adopted.as_of,
            change=PositionChange.ADOPT,
        )


def _adopted_value(adopted: PositionAdjustment) -> Decimal:
    if not adopted.contracts:
        return Decimal(0)
    return entry_value(adopted.instrument, abs(adopted.contracts), adopted.entry_price)


def _reopened(state: PositionState, opened_at: int | None) -> PositionState:
    """A flat position about to be opened: what the last one brought goes to the earlier ones."""
    return replace(
        state,
        totals=PositionTotals(),
        earlier_totals=state.earlier_totals + state.totals,
        opened_at=opened_at,
        adopted_at=None,
    )


def _end(state: PositionState, totals: PositionTotals, at: int, *, adopted: bool = False) -> ClosedPosition:
    """The record of `state`, which ends now, with its final figures in `totals`."""
    assert state.side is not None
    assert state.entry_price is not None
    adopted = adopted or state.adopted_at is not None
    return ClosedPosition(state.side, state.entry_price, state.opened_at, at, totals, adopted)
