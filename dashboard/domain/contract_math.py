"""Arithmetic of linear and inverse contracts: entry value, notional, margin, PnL and return on equity.

Formulas of open positions: linear `size × (price − entry)`, as every USDT-margined exchange documents
it; inverse `size × (1 − entry / price)` in coins, which for a contract sized in quote units is the
usual `contracts × contract size × (1 / entry − 1 / price)`. Both times −1 for a short.

The entry value is the sum that fills are added to. Linear contracts add up `size × price`, so the
entry price is the arithmetic average. Contracts sized in the quote currency add up `size / price`,
their worth in coins, so it is the harmonic average. Contracts sized and settled in coins add up quote
currency, and a gain is converted to coins at the exit price.
"""

from decimal import Context, Decimal

from dashboard.domain.decimal_math import round_quotient
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Position

_PRICE_DIGITS = Context(prec=18)
"""Finer than any price, and coarse enough to restore the price that an entry value was made of."""

_LEVERAGE_TOLERANCE = Decimal("0.02")
"""Exchanges round the margin; a tenth of a percent of a margin with fees is more than this."""


def entry_value(instrument: Instrument, contracts: Decimal, price: Decimal) -> Decimal:
    """The entry value of `contracts` opened at `price`. All three are positive."""
    units = contracts * instrument.contract_size
    if instrument.payoff is Payoff.INVERSE:
        return round_quotient(units / price)
    return units * price


def average_entry(instrument: Instrument, contracts: Decimal, value: Decimal) -> Decimal:
    """The one price at which `contracts` have the entry value `value`."""
    units = contracts * instrument.contract_size
    dividend, divisor = (units, value) if instrument.payoff is Payoff.INVERSE else (value, units)
    return _PRICE_DIGITS.divide(dividend, divisor)


def entry_gain(instrument: Instrument, contracts: Decimal, value: Decimal, price: Decimal) -> Decimal:
    """The gain of a long with entry value `value` if closed at `price`, in the settlement currency."""
    exit_value = entry_value(instrument, contracts, price)
    match instrument.payoff:
        case Payoff.LINEAR:
            return exit_value - value
        case Payoff.INVERSE:
            return value - exit_value
        case Payoff.INVERSE_BASE:
            return round_quotient((exit_value - value) / price)


def notional(position: Position, price: Decimal) -> Decimal:
    """The value of the whole position at `price`, in the settlement currency."""
    match position.instrument.payoff:
        case Payoff.LINEAR:
            return position.size * price
        case Payoff.INVERSE:
            return position.size * position.entry_price / price
        case Payoff.INVERSE_BASE:
            return position.size  # in coins, at any price


def initial_margin(position: Position) -> Decimal | None:
    """Entry notional over leverage. None while the leverage is unknown."""
    if position.leverage is None:
        return None
    return notional(position, position.entry_price) / position.leverage


def implied_leverage(notional: Decimal | None, margin: Decimal | None) -> Decimal | None:
    """The leverage of a position with this initial margin at this notional, both at one price.

    None unless it is a whole number, as leverage is set: a margin with fees or additions implies none.
    """
    if not notional or not margin:
        return None
    ratio = notional / margin
    leverage = round(ratio)
    return Decimal(leverage) if leverage and abs(ratio - leverage) <= _LEVERAGE_TOLERANCE else None


def unrealized_pnl(position: Position, price: Decimal) -> Decimal:
    """PnL in the settlement currency if the position were closed at `price`, without fees."""
    return position.side.sign * position.size * _gain_per_coin(position, price)


def roe(position: Position, pnl: Decimal) -> Decimal | None:
    """Return on equity in percent: `pnl` over the initial margin. None while the leverage is unknown."""
    margin = initial_margin(position)
    return None if margin is None else pnl / margin * 100


def _gain_per_coin(position: Position, price: Decimal) -> Decimal:
    """The gain of a long from its entry to `price`, for each coin of its size."""
    if position.instrument.payoff is Payoff.LINEAR:
        return price - position.entry_price
    return 1 - position.entry_price / price
