"""The positions of one account in one market: one in one-way mode, one of each side in hedge mode."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import localcontext

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.decimal_math import EXACT
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.position import Side
from dashboard.domain.position_state import PositionState
from dashboard.domain.transitions import PositionEvent, apply

MarketEvent = PositionEvent | ModeChange


@dataclass(frozen=True, slots=True)
class MarketPositions:
    """The positions of one market after its events, in the mode that those events state."""

    account: str
    instrument: Instrument
    hedged: bool | None = None
    """True in hedge mode, False in one-way mode; None while unknown, which is treated as one-way."""
    by_side: Mapping[Side | None, PositionState] = field(default_factory=dict)
    """The one-way position under None, the legs of hedge mode under their sides; flat ones included."""

    def of(self, side: Side | None) -> PositionState:
        """The position of one side, or the one-way position; flat if it never existed."""
        key = PositionKey(self.account, self.instrument.symbol, side)
        return self.by_side.get(side) or PositionState(key, self.instrument)

    def with_positions(self, *states: PositionState) -> "MarketPositions":
        """The same with these positions in place of those under their keys."""
        by_side = {**self.by_side, **{state.key.side: state for state in states}}
        return MarketPositions(self.account, self.instrument, self.hedged, by_side)

    @property
    def legs(self) -> tuple[PositionState, ...]:
        """The open positions of hedge mode."""
        return tuple(state for side, state in self.by_side.items() if side is not None and state.is_open)

    @property
    def is_flat(self) -> bool:
        """True if no position is open and none contradicts itself."""
        return not any(state.contracts for state in self.by_side.values())


def stated_mode(event: MarketEvent) -> bool | None:
    """True if the event states hedge mode, False for one-way mode; None if neither."""
    return event.hedged if isinstance(event, Fill | ModeChange) else None


def apply_to_market(market: MarketPositions, event: MarketEvent) -> MarketPositions:
    """The positions after `event`, which must belong to the market."""
    market = in_mode(market, stated_mode(event))
    match event:
        case ModeChange():
            return market
        case Fill():
            side = _side_of_fill(market, event)
            if side is None and market.hedged:
                return market.with_positions(_with_fees_only(market.of(None), event))
            sides: tuple[Side | None, ...] = (side,)
        case Funding():
            sides = (_side_of_payment(market, event),)
        case PositionAdjustment():
            sides = _sides_of_adjustment(market, event)
    return market.with_positions(*(apply(market.of(side), event) for side in sides))


def in_mode(market: MarketPositions, hedged: bool | None) -> MarketPositions:
    """The positions in another mode: an open one moves to its key in that mode.

    An exchange changes the mode of a market only while that is flat. So a market with a long and a short
    stays in hedge mode: one-way mode may have both at once, in different margin modes.
    """
    if hedged is None or hedged is market.hedged or (not hedged and len(market.legs) > 1):
        return market
    market = replace(market, hedged=hedged)
    if not hedged:
        return _moved(market, market.legs[0], None) if market.legs else market
    net = market.of(None)
    return _moved(market, net, net.side) if net.is_open else market


def _moved(market: MarketPositions, position: PositionState, target: Side | None) -> MarketPositions:
    """Moves an open position to another key. The totals of earlier positions stay under the old one."""
    replaced = market.of(target)
    left = PositionState(position.key, position.instrument, earlier_totals=position.earlier_totals)
    with localcontext(EXACT):
        moved = replace(position, key=replaced.key, earlier_totals=replaced.cumulative_totals)
    return market.with_positions(left, moved)


def _side_of_fill(market: MarketPositions, fill: Fill) -> Side | None:
    """The leg of a fill; None in one-way mode, or if it cannot be derived.

    Without a stated side a fill closes the opposite leg if it realised a PnL. It opens its own if there is
    nothing to close, or if it realised a PnL of zero.
    """
    if not market.hedged:
        return None
    if fill.position_side is not None:
        return fill.position_side
    own, opposite = (Side.LONG, Side.SHORT) if fill.signed_contracts > 0 else (Side.SHORT, Side.LONG)
    if fill.realized_pnl == 0 or not market.of(opposite).is_open:
        return own
    return None if fill.realized_pnl is None else opposite


def _side_of_payment(market: MarketPositions, payment: Funding) -> Side | None:
    """The leg of a payment; None in one-way mode, or if it may be of both."""
    if not market.hedged:
        return None
    if payment.position_side is None and len(market.legs) == 1:
        return market.legs[0].key.side
    return payment.position_side


def _sides_of_adjustment(market: MarketPositions, adjustment: PositionAdjustment) -> tuple[Side | None, ...]:
    """The positions that an adjustment is for. In hedge mode, one without a side was of the whole market."""
    if adjustment.position_side is not None or not market.hedged:
        return (adjustment.position_side,)
    if adjustment.contracts:
        return (Side.LONG if adjustment.contracts > 0 else Side.SHORT,)
    return tuple(market.by_side)


def _with_fees_only(state: PositionState, fill: Fill) -> PositionState:
    """The fees of a fill whose leg is unknown. The legs are corrected with the exchange's next report."""
    with localcontext(EXACT):
        return replace(state, totals=state.totals.with_fees(fill.fees))
