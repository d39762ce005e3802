"""What one event does to a tracked position: open, increase, reduce, close, flip; adopt; funding."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, localcontext

from dashboard.domain.adopted import Adopted
from dashboard.domain.exact import EXACT, cut
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.payoff import entry_value, gain
from dashboard.domain.tally import Tally
from dashboard.domain.tracked import Change, Closed, Tracked

Event = Fill | Funding | Adopted


def apply(state: Tracked, event: Event) -> Tracked:
    """The position after `event`, which has to be one of its key."""
    match event:
        case Fill():
            return apply_fill(state, event)
        case Funding():
            return apply_funding(state, event)
        case Adopted():
            return adopt(state, event)


def apply_fill(state: Tracked, fill: Fill) -> Tracked:
    """The position after `fill`."""
    change = change_by(state.contracts, fill.signed_contracts)
    with localcontext(EXACT):
        return replace(_STEPS[change](state, fill), change=change, last_fill=fill)


def change_by(contracts: Decimal, signed: Decimal) -> Change:
    """What a fill of `signed` contracts does to a position of `contracts`, both with their signs."""
    if not contracts:
        return Change.OPEN
    if (contracts > 0) is (signed > 0):
        return Change.INCREASE
    left = abs(contracts) - abs(signed)
    return Change.REDUCE if left > 0 else Change.FLIP if left < 0 else Change.CLOSE


def _open(state: Tracked, fill: Fill) -> Tracked:
    return _increase(_afresh(state, fill.traded_at), fill)


def _increase(state: Tracked, fill: Fill) -> Tracked:
    return replace(
        state,
        contracts=state.contracts + fill.signed_contracts,
        entry_value=state.entry_value + entry_value(state.instrument, fill.contracts, fill.price),
        tally=state.tally.with_fees(fill.fees),
    )


def _reduce(state: Tracked, fill: Fill) -> Tracked:
    """Takes a proportional part of the entry value out, so that the average entry stays."""
    released = cut(state.entry_value * fill.contracts / abs(state.contracts))
    won = -fill.trade_side.sign * gain(state.instrument, fill.contracts, released, fill.price)
    tally = state.tally.with_fees(fill.fees)
    return replace(
        state,
        contracts=state.contracts + fill.signed_contracts,
        entry_value=state.entry_value - released,
        tally=replace(tally, realized_pnl=tally.realized_pnl + won),
    )


def _close(state: Tracked, fill: Fill) -> Tracked:
    after = _reduce(state, fill)
    return replace(after, closed=_end(state, after.tally, fill.traded_at))


def _flip(state: Tracked, fill: Fill) -> Tracked:
    closing, opening = fill.split(abs(state.contracts))
    return _open(_close(state, closing), opening)


_STEPS: dict[Change, Callable[[Tracked, Fill], Tracked]] = {
    Change.OPEN: _open,
    Change.INCREASE: _increase,
    Change.REDUCE: _reduce,
    Change.CLOSE: _close,
    Change.FLIP: _flip,
}


def apply_funding(state: Tracked, funding: Funding) -> Tracked:
    """The position after a payment. One that comes after the close still belongs to what was closed."""
    with localcontext(EXACT):
        tally = state.tally.with_funding(funding.amount, funding.currency)
    return replace(state, tally=tally, change=Change.FUNDING)


def adopt(state: Tracked, adopted: Adopted) -> Tracked:
    """The position with the exchange's size and entry instead of its own."""
    before = Tracked(state.key, state.instrument) if adopted.starts else state
    with localcontext(EXACT):
        if before.contracts and before.contracts * adopted.contracts <= 0:
            ended = _end(before, before.tally, adopted.as_of, adopted=True)
            before = replace(before, contracts=Decimal(0), closed=ended)
        if adopted.contracts and not before.contracts:
            before = _afresh(before, adopted.opened_at)
        return replace(
            before,
            contracts=adopted.contracts,
            entry_value=_adopted_value(adopted),
            adopted_at=adopted.as_of,
            change=Change.ADOPT,
        )


def _adopted_value(adopted: Adopted) -> Decimal:
    if not adopted.contracts:
        return Decimal(0)
    return entry_value(adopted.instrument, abs(adopted.contracts), adopted.entry_price)


def _afresh(state: Tracked, opened_at: int | None) -> Tracked:
    """A flat position about to be opened: what the last one brought goes to the earlier ones."""
    return replace(
        state, tally=Tally(), earlier=state.earlier + state.tally, opened_at=opened_at, adopted_at=None
    )


def _end(state: Tracked, tally: Tally, at: int, *, adopted: bool = False) -> Closed:
    """The record of `state`, which ends now, with its final figures in `tally`."""
    assert state.side is not None
    assert state.entry_price is not None
    adopted = adopted or state.adopted_at is not None
    return Closed(state.side, state.entry_price, state.opened_at, at, tally, adopted)
