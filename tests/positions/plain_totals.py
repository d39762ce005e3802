"""The totals of all positions, computed from scratch: the reference for `AccountTotals`."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext

from dashboard.domain.contract_math import notional
from dashboard.domain.currencies import USD_EQUIVALENTS
from dashboard.domain.currency_summary import CurrencySummary, PartialSum
from dashboard.domain.decimal_math import EXACT
from dashboard.domain.position_state import PositionState

Marked = tuple[PositionState, Decimal | None]
"""A position and its price; None if no live price is known."""


def plain_totals(positions: Iterable[Marked]) -> dict[str, CurrencySummary]:
    """A summary for each currency of settlement, fees or funding."""
    parts = tuple(positions)
    with localcontext(EXACT):
        return {currency: _summary(currency, parts) for currency in _currencies(parts)}


def exposure(state: PositionState, mark: Decimal | None) -> Decimal | None:
    position = state.position()
    return None if mark is None or position is None or state.is_contradictory else notional(position, mark)


def unrealized(state: PositionState, mark: Decimal | None) -> Decimal | None:
    return None if mark is None or state.is_contradictory else state.unrealized_pnl(mark)


def _currencies(parts: Sequence[Marked]) -> dict[str, None]:
    """Each currency once, settlement currencies first."""
    settled = [state.instrument.settle for state, _ in parts]
    paid = [
        name
        for state, _ in parts
        for name in (*state.cumulative_totals.fees, *state.cumulative_totals.funding)
    ]
    return dict.fromkeys(settled + paid)


def _summary(currency: str, parts: Sequence[Marked]) -> CurrencySummary:
    settled = [(state, mark) for state, mark in parts if state.instrument.settle == currency]
    held = [(state, mark) for state, mark in settled if state.contracts]
    opened = [(state, mark) for state, mark in held if state.is_open]
    totals = [state.cumulative_totals for state, _ in parts]
    without_fee = sum(state.cumulative_totals.fills_without_fee for state, _ in settled)
    zero = Decimal(0)
    return CurrencySummary(
        currency,
        count=len(opened),
        adopted=sum(state.adopted_at is not None for state, _ in opened),
        exposure=_sum(exposure(state, mark) for state, mark in held),
        unrealized_pnl=_sum(unrealized(state, mark) for state, mark in held),
        realized_pnl=sum((state.cumulative_totals.realized_pnl for state, _ in settled), zero),
        realized_dollars=sum((state.cumulative_totals.realized_dollars for state, _ in settled), zero),
        unpriced_pnl=sum((_unpriced(state) for state, _ in settled), zero),
        unexplained_closes=sum(state.cumulative_totals.unexplained_closes for state, _ in settled),
        fees=PartialSum(sum((each.fees.get(currency, zero) for each in totals), zero), without_fee),
        funding=sum((each.funding.get(currency, zero) for each in totals), zero),
    )


def _unpriced(state: PositionState) -> Decimal:
    """The PnL realised in a coin against another coin."""
    market = state.instrument
    in_dollars = market.settle in USD_EQUIVALENTS or (
        market.quote in USD_EQUIVALENTS and market.settle == market.base
    )
    return Decimal(0) if in_dollars else state.cumulative_totals.realized_pnl


def _sum(parts: Iterable[Decimal | None]) -> PartialSum:
    total = PartialSum()
    for part in parts:
        total = total.plus(part)
    return total
