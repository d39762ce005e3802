"""Positions whose contract was resized: exchanges change the contract size of live markets.

Entry value and realised PnL are amounts of money, which no size changes. Only the number of contracts does.
"""

from dataclasses import replace
from decimal import localcontext

from dashboard.domain.decimal_math import EXACT, round_quotient
from dashboard.domain.market import Instrument
from dashboard.domain.position_state import PositionState


def is_same_contract(one: Instrument, other: Instrument) -> bool:
    """True if as many contracts of both are worth the same."""
    return (one.contract_size, one.payoff, one.settle) == (other.contract_size, other.payoff, other.settle)


def in_units_of(state: PositionState, instrument: Instrument) -> PositionState | None:
    """The same position in contracts of `instrument`. None if these have another payoff or settlement."""
    before = state.instrument
    if before == instrument:
        return state
    if (before.payoff, before.settle) != (instrument.payoff, instrument.settle):
        return None
    if before.contract_size == instrument.contract_size:
        return replace(state, instrument=instrument)
    with localcontext(EXACT):
        contracts = round_quotient(state.contracts * before.contract_size / instrument.contract_size)
    return replace(state, instrument=instrument, contracts=contracts)
