"""One position from several rows: an exchange may hold parts of it in cross and in isolated margin."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import TypeVar

from dashboard.domain.contract_math import average_entry, entry_value
from dashboard.domain.decimal_math import EXACT
from dashboard.domain.position import Position, Side
from dashboard.domain.reported_figures import ReportedFigures

T = TypeVar("T")


def merged(parts: Sequence[Position]) -> Position:
    """Returns the sum of the parts of one side of a market: at least one.

    A term in which they differ is unknown. The liquidation price is the nearest one: reaching it ends the
    first part.
    """
    first, *others = parts
    if not others:
        return first
    with localcontext(EXACT):
        contracts = sum((part.contracts for part in parts), Decimal(0))
        values = (entry_value(part.instrument, part.contracts, part.entry_price) for part in parts)
        entry = average_entry(first.instrument, contracts, sum(values, Decimal(0)))
        reported = _added_up([part.reported for part in parts])
    opened = [part.opened_at for part in parts]
    return replace(
        first,
        contracts=contracts,
        entry_price=entry,
        leverage=_common(part.leverage for part in parts),
        margin_mode=_common(part.margin_mode for part in parts),
        liquidation_price=_nearest_liquidation(parts),
        maintenance_margin_rate=_common(part.maintenance_margin_rate for part in parts),
        opened_at=None if None in opened else min(time for time in opened if time is not None),
        reported=reported,
    )


def _nearest_liquidation(parts: Sequence[Position]) -> Decimal | None:
    prices = [part.liquidation_price for part in parts if part.liquidation_price is not None]
    nearest = max if parts[0].side is Side.LONG else min
    return nearest(prices) if prices else None


def _added_up(parts: Sequence[ReportedFigures | None]) -> ReportedFigures | None:
    """The sums of figures that every part states."""
    stated = [part for part in parts if part is not None]
    if len(stated) < len(parts):
        return None
    return ReportedFigures(
        notional=_sum(part.notional for part in stated),
        unrealized_pnl=_sum(part.unrealized_pnl for part in stated),
        mark_price=_common(part.mark_price for part in stated),
        initial_margin=_sum(part.initial_margin for part in stated),
        liquidation_price=_common(part.liquidation_price for part in stated),
    )


def _sum(figures: Iterable[Decimal | None]) -> Decimal | None:
    known = list(figures)
    return None if None in known else sum((each for each in known if each is not None), Decimal(0))


def _common(terms: Iterable[T | None]) -> T | None:
    """The term if all are the same, else None."""
    distinct = set(terms)
    return distinct.pop() if len(distinct) == 1 else None
