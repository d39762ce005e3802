"""The cross-check of one reading: our notional and PnL against those that the exchange states in the row.

The row is compared with itself, calculated by our contract size and payoff, so what is found is a wrong unit
or formula; reconciliation finds different sizes and entries. Deviations are measured beyond the roundings of
all stated figures. Conventions differ, so a notional may be stated at the mark or at the entry price, and
that of an inverse contract in coins or in the quote currency.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from dashboard.domain.contract_math import notional, unrealized_pnl
from dashboard.domain.currencies import USD_EQUIVALENTS
from dashboard.domain.disagreement import ComparedFigure
from dashboard.domain.market import Payoff
from dashboard.domain.position import Position
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.domain.value_range import ValueRange

TOLERANCE = Decimal("0.01")
"""Deviation from the stated figure up to which both agree."""
SEVERE = Decimal("0.2")
"""Deviation, as a share of the smaller figure, above which a unit must be wrong."""
_PNL_SHARE = Decimal("0.1")
"""A smaller share of the notional counts as this share when a PnL is compared.

1 % of it is a move of the price by 0.1 %, as between the instants of an exchange's figures in one row.
"""
_NEAR_LIVE = Decimal("0.01")
"""Distance of the price of a row from the live price, which is some seconds older or newer."""
_FAR_FROM_MARK, _FAR_FROM_LIVE = Decimal("0.005"), Decimal("0.02")
"""Distances from the mark price of the row, and from the live price, that no timing explains."""
_PRICE_DIGITS = Decimal("0.001")
"""Largest rounding of a price, as a share of it: 100 may be exact, and not rounded to hundreds."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A notional as an exchange may count it, for a range of prices."""

    values: ValueRange
    currency: str

    def is_within(self, share: Decimal, stated: Decimal) -> bool:
        """True if it deviates from the stated notional by at most this share of the smaller one."""
        gap = self.values.gap(ValueRange.around(stated, _rounding(stated, self.currency)))
        return gap <= min(self.values.nearest(stated), stated) * share


def cross_check(position: Position, live_price: Decimal | None = None) -> tuple[ComparedFigure, ...]:
    """Compares a position as read with the exchange's figures of the same row; empty if it states too few.

    `live_price` is that of the market; it is used where the row has no mark price.
    """
    reported = position.reported
    if reported is None:
        return ()
    value = _check_notional(position, reported, live_price)
    pnl = _check_pnl(position, reported, live_price)
    if pnl is not None and value is not None and value.agrees and pnl.ours * pnl.theirs > 0:
        pnl = replace(pnl, is_severe=False)  # the unit is right, and the side is
    return tuple(each for each in (value, pnl) if each is not None)


def _check_notional(
    position: Position, reported: ReportedFigures, live_price: Decimal | None
) -> ComparedFigure | None:
    stated, prices = reported.notional, _prices(position, reported, live_price)
    if not stated or prices is None:
        return None
    at_price, at_entry = (list(_readings(position, each)) for each in (prices, _entry_range(position)))
    shown = min(at_price, key=lambda reading: _ratio(reading.values.middle, stated))
    return ComparedFigure(
        "notional",
        shown.values.middle,
        stated,
        shown.currency,
        agrees=any(reading.is_within(TOLERANCE, stated) for reading in (*at_price, *at_entry)),
        is_severe=not any(reading.is_within(SEVERE, stated) for reading in (*at_price, *at_entry)),
    )


def _check_pnl(
    position: Position, reported: ReportedFigures, live_price: Decimal | None
) -> ComparedFigure | None:
    stated, settle = reported.unrealized_pnl, position.instrument.settle
    mark = reported.mark_price or live_price
    if stated is None or mark is None:
        return None
    if reported.mark_price:
        near, far = _price_range(position, mark), ValueRange.around(mark, mark * _FAR_FROM_MARK)
    else:
        near, far = (ValueRange.around(mark, mark * distance) for distance in (_NEAR_LIVE, _FAR_FROM_LIVE))
    ours, theirs = _pnl_range(position, near), ValueRange.around(stated, _rounding(stated, settle))
    middle = unrealized_pnl(position, mark)
    least = max(abs(stated), abs(middle), notional(position, mark) * _PNL_SHARE) * TOLERANCE
    agrees = ours.gap(theirs) <= least
    return ComparedFigure(
        "unrealised PnL",
        middle,
        stated,
        settle,
        agrees=agrees,
        # A zero may be a PnL that the exchange has not calculated.
        is_severe=bool(stated) and not agrees and _is_unexplained(_pnl_range(position, far), theirs),
    )


def _is_unexplained(ours: ValueRange, theirs: ValueRange) -> bool:
    """True if no PnL near `ours` is within `SEVERE` of the stated one: another size, or another side."""
    ours_nearest = ours.nearest(theirs.middle)
    same_sign = ours_nearest * theirs.middle > 0
    allowed = min(abs(ours_nearest), abs(theirs.middle)) * SEVERE if same_sign else Decimal(0)
    return ours.gap(theirs) > allowed


def _prices(position: Position, reported: ReportedFigures, live_price: Decimal | None) -> ValueRange | None:
    """The prices at which the exchange may have valued the position; None if unknown."""
    if reported.mark_price is not None:
        return _price_range(position, reported.mark_price)
    if reported.unrealized_pnl is not None:
        return _prices_of_pnl(position, reported.unrealized_pnl) or _entry_range(position)
    return None if live_price is None else ValueRange.around(live_price, live_price * _NEAR_LIVE)


def _readings(position: Position, prices: ValueRange) -> Iterator[_Reading]:
    """The ways in which an exchange may state the notional at these prices."""
    instrument = position.instrument
    settled = ValueRange.over(notional(position, price) for price in prices.ends)
    yield _Reading(settled, instrument.settle)
    if instrument.payoff is not Payoff.LINEAR:
        in_quote = (notional(position, price) * price for price in prices.ends)
        yield _Reading(ValueRange.over(in_quote), instrument.quote)


def _pnl_range(position: Position, prices: ValueRange) -> ValueRange:
    """PnL over these prices and the rounding of the entry price."""
    entered = (replace(position, entry_price=entry) for entry in _entry_range(position).ends)
    return ValueRange.over(unrealized_pnl(each, price) for each in entered for price in prices.ends)


def _prices_of_pnl(position: Position, pnl: Decimal) -> ValueRange | None:
    """The prices at which the position has this PnL; None if it has at none, as its unit is wrong."""
    stated = ValueRange.around(pnl, _rounding(pnl, position.instrument.settle))
    entered = [replace(position, entry_price=entry) for entry in _entry_range(position).ends]
    prices = [_price_of_pnl(each, end) for each in entered for end in stated.ends]
    known = [price for price in prices if price is not None]
    return ValueRange.over(known) if len(known) == len(prices) else None


def _price_of_pnl(position: Position, pnl: Decimal) -> Decimal | None:
    """Inverts `contract_math.unrealized_pnl`."""
    gain, entry = pnl * position.side.sign / position.size, position.entry_price
    if position.instrument.payoff is Payoff.LINEAR:
        return entry + gain if entry + gain > 0 else None
    return entry / (1 - gain) if gain < 1 else None


def _entry_range(position: Position) -> ValueRange:
    return _price_range(position, position.entry_price)


def _price_range(position: Position, price: Decimal) -> ValueRange:
    """A stated price with its rounding: that of its digits, at most a price step."""
    coarsest = position.instrument.price_step or price * _PRICE_DIGITS
    return ValueRange.around(price, min(_last_digit(price), coarsest, price / 2))


def _rounding(figure: Decimal, currency: str) -> Decimal:
    """The rounding of a stated amount: one unit of its last digit. Fewer digits are left-out zeros."""
    most = Decimal("0.01") if currency in USD_EQUIVALENTS else Decimal("0.0001")
    return min(_last_digit(figure), most)


def _last_digit(figure: Decimal) -> Decimal:
    exponent = figure.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(0)


def _ratio(one: Decimal, other: Decimal) -> Decimal:
    return max(one, other) / min(one, other)


def failed(compared: Iterable[ComparedFigure]) -> tuple[ComparedFigure, ...]:
    """Returns the figures that disagree."""
    return tuple(each for each in compared if not each.agrees)
