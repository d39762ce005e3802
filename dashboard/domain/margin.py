"""Margin tiers, and the estimate of a liquidation price."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.contract_math import notional
from dashboard.domain.market import Payoff
from dashboard.domain.position import Position, Side


@dataclass(frozen=True, slots=True)
class MarginTier:
    """One tier of an exchange's margin schedule."""

    min_notional: Decimal
    """The lowest notional of the tier, in the settlement currency."""
    maintenance_margin_rate: Decimal
    """As a share of the notional: 0.005 is 0.5 %."""


def margin_tier(position: Position, tiers: Sequence[MarginTier]) -> MarginTier | None:
    """The tier of the position's entry notional; None if no known tier applies."""
    value = notional(position, position.entry_price)
    reached = [tier for tier in tiers if tier.min_notional <= value]
    return max(reached, key=lambda tier: tier.min_notional, default=None)


def estimate_liquidation_price(position: Position, maintenance_margin_rate: Decimal) -> Decimal | None:
    """The liquidation price of an isolated position, without fees and funding.

    With entry E, leverage L, maintenance margin rate m, upper sign for a long:
    linear `E (1 ∓ 1/L) / (1 ∓ m)`, inverse `E L (1 ± m) / (L ± 1)`, and for a contract sized in
    coins `E L / (L ± 1 ∓ m L)`. These follow from margin + PnL = maintenance margin. None if there is
    no such price: a linear long without leverage cannot be liquidated.
    """
    if position.leverage is None:
        return None
    entry, leverage, sign = position.entry_price, position.leverage, position.side.sign
    rate = sign * maintenance_margin_rate
    match position.instrument.payoff:
        case Payoff.LINEAR:
            dividend, divisor = entry * (1 - sign / leverage), 1 - rate
        case Payoff.INVERSE:
            dividend, divisor = entry * leverage * (1 + rate), leverage + sign
        case Payoff.INVERSE_BASE:
            dividend, divisor = entry * leverage, leverage + sign - rate * leverage
    if divisor <= 0 or dividend <= 0:
        return None
    return _on_losing_side(position, dividend / divisor)


def _on_losing_side(position: Position, price: Decimal) -> Decimal | None:
    """Returns `price` if the position loses there; any other price is no liquidation price."""
    loses = price < position.entry_price if position.side is Side.LONG else price > position.entry_price
    return price if loses else None
