"""The value in which a position's entries add up, and what that value gains.

Linear contracts add up `size × price`, so the entry price is the arithmetic average. Contracts sized
in the quote currency add up `size / price`, the coins they are worth, so it is the harmonic one. A
contract sized in coins and settled in them adds up dollars, and its gain is turned into coins at the
price of the day. `pnl.py` says the same of one position at its entry price.
"""

from decimal import Context, Decimal

from dashboard.domain.decimal_math import round_quotient
from dashboard.domain.market import Instrument, Payoff

_PRICE_DIGITS = Context(prec=18)
"""Finer than any price, and coarse enough to give back the price that an entry value was made of."""


def entry_value(instrument: Instrument, contracts: Decimal, price: Decimal) -> Decimal:
    """What `contracts` opened at `price` add to the entry value. All three are positive."""
    units = contracts * instrument.contract_size
    if instrument.payoff is Payoff.INVERSE:
        return round_quotient(units / price)
    return units * price


def average_entry(instrument: Instrument, contracts: Decimal, value: Decimal) -> Decimal:
    """The one price at which `contracts` would have the entry value `value`."""
    units = contracts * instrument.contract_size
    above, below = (units, value) if instrument.payoff is Payoff.INVERSE else (value, units)
    return _PRICE_DIGITS.divide(above, below)


def entry_gain(instrument: Instrument, contracts: Decimal, value: Decimal, price: Decimal) -> Decimal:
    """What a long of entry value `value` gains if closed at `price`, in the settlement currency."""
    exit_value = entry_value(instrument, contracts, price)
    match instrument.payoff:
        case Payoff.LINEAR:
            return exit_value - value
        case Payoff.INVERSE:
            return value - exit_value
        case Payoff.INVERSE_BASE:
            return round_quotient((exit_value - value) / price)
