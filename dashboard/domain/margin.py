"""Margin tiers, and the estimate of a liquidation price."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.contract_math import notional
from dashboard.domain.market import Payoff
from dashboard.domain.position import Position, Side


@dataclass(frozen=True, slots=True)
class MarginTier:
    """A step of an exchange's margin schedule."""

    min_notional: Decimal
    """The notional, in the settlement currency, from which it holds."""
    maintenance_margin_rate: Decimal
    """Of the notional: 0.005 is 0.5 %."""


def margin_tier(position: Position, tiers: Sequence[MarginTier]) -> MarginTier | None:
    """The tier that the position's entry notional falls into; None where none are known."""
    value = notional(position, position.entry_price)
    reached = [tier for tier in tiers if tier.min_notional <= value]
    return max(reached, key=lambda tier: tier.min_notional, default=None)


def estimate_liquidation_price(position: Position, maintenance_margin_rate: Decimal) -> Decimal | None:
    """Where an isolated position would be liquidated, without fees and funding.

    With entry E, leverage L, maintenance margin rate m, upper sign for a long:
    linear `E (1 ∓ 1/L) / (1 ∓ m)`, inverse `E L (1 ± m) / (L ± 1)`, and for a contract sized in
    coins `E L / (L ± 1 ∓ m L)`. These follow from margin + PnL = maintenance margin. None where there
    is no such price (a result that is not positive, or not finite: a long without leverage cannot be
    liquidated).
    """
    if position.leverage is None:
        return None
    entry, leverage, rate = (
        position.entry_price,
        position.leverage,
        position.side.sign * maintenance_margin_rate,
    )
    sign = position.side.sign
    match position.instrument.payoff:
        case Payoff.LINEAR:
            above, below = entry * (1 - sign / leverage), 1 - rate
        case Payoff.INVERSE:
            above, below = entry * leverage * (1 + rate), leverage + sign
        case Payoff.INVERSE_BASE:
            above, below = entry * leverage, leverage + sign - rate * leverage
    if below <= 0 or above <= 0:
        return None
    return _beyond_entry(position, above / below)


def _beyond_entry(position: Position, price: Decimal) -> Decimal | None:
    """`price` if it lies on the losing side of the entry: anything else is no liquidation price."""
    loses = price < position.entry_price if position.side is Side.LONG else price > position.entry_price
    return price if loses else None
