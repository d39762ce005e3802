"""States of positions that were entered by hand."""

from decimal import localcontext

from dashboard.domain.decimal_math import EXACT
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument
from dashboard.domain.payoff import entry_value
from dashboard.domain.position import Position
from dashboard.domain.position_state import PositionState


def manual_state(key: PositionKey, position: Position) -> PositionState:
    """Returns the state of a position as if one fill had opened it."""
    with localcontext(EXACT):
        entered = entry_value(position.instrument, position.contracts, position.entry_price)
        contracts = position.side.sign * position.contracts
    return PositionState(key, position.instrument, contracts=contracts, entry_value=entered)


def flat_state(key: PositionKey, instrument: Instrument) -> PositionState:
    """Returns the state of a position that was taken away."""
    return PositionState(key, instrument)
