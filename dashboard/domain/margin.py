"""Notional, margin, and the estimate of a liquidation price."""

from decimal import Decimal

from dashboard.domain.market import Payoff
from dashboard.domain.position import Position, Side


def notional(position: Position, price: Decimal) -> Decimal:
    """The value of the whole position at `price`, in the settlement currency."""
    if position.instrument.payoff is Payoff.LINEAR:
        return position.size * price
    return position.size * position.entry_price / price


def entry_margin(position: Position) -> Decimal | None:
    """The margin that the entry took: entry notional over leverage. None while the leverage is unknown."""
    if position.leverage is None:
        return None
    return notional(position, position.entry_price) / position.leverage


def estimated_liquidation(position: Position, maintenance_margin_rate: Decimal) -> Decimal | None:
    """Where an isolated position would be liquidated, without fees and funding.

    With entry E, leverage L, maintenance margin rate m, upper sign for a long:
    linear `E (1 ∓ 1/L) / (1 ∓ m)`, inverse `E L (1 ± m) / (L ± 1)`. These follow from
    margin + PnL = maintenance margin. None where there is no such price (a result that is not
    positive, or not finite: a long without leverage cannot be liquidated).
    """
    if position.leverage is None:
        return None
    entry, leverage, sign = position.entry_price, position.leverage, position.side.sign
    if position.instrument.payoff is Payoff.LINEAR:
        above, below = entry * (1 - sign / leverage), 1 - sign * maintenance_margin_rate
    else:
        above, below = entry * leverage * (1 + sign * maintenance_margin_rate), leverage + sign
    if below <= 0 or above <= 0:
        return None
    return _beyond_entry(position, above / below)


def _beyond_entry(position: Position, price: Decimal) -> Decimal | None:
    """`price` if it lies on the losing side of the entry: anything else is no liquidation price."""
    loses = price < position.entry_price if position.side is Side.LONG else price > position.entry_price
    return price if loses else None
