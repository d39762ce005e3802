"""The liquidation price that an exchange states: whether it can be that of the position, and still is.

In cross margin some exchanges state the account's one liquidation price for both legs of a hedge, where it
lies beyond the price for one of them. An open position cannot have passed its own liquidation price, unless
the price moved through it just now.
"""

from dataclasses import replace
from decimal import Decimal

from dashboard.domain.position import Position
from dashboard.domain.reported_figures import ReportedFigures


def without_passed_liquidation(position: Position, mark: Decimal | None) -> Position:
    """Returns the position without a liquidation price that `mark` has passed; `reported` keeps it.

    `mark` is the mark price of the same row; None if the row has none.
    """
    stated = position.liquidation_price
    if stated is None or mark is None or not position.side.has_passed(stated, mark):
        return position
    reported = replace(position.reported or ReportedFigures(), liquidation_price=stated)
    return replace(position, liquidation_price=None, reported=reported)


def with_crossed_liquidation(position: Position, before: Position | None, price: Decimal) -> Position:
    """Returns a new reading of a position with a passed liquidation price if `price` moved through it.

    `before` is the reading before, if its liquidation price was compared with a price: `price` has to be
    beyond that one, too. `price` is the mark price of the row, else that of the market.
    """
    stated = position.liquidation_price
    if stated is None and position.reported is not None:
        stated = position.reported.liquidation_price
    if stated is None or not position.side.has_passed(stated, price):
        return position
    known = before.liquidation_price if before is not None and before.side is position.side else None
    has_crossed = known is not None and position.side.has_passed(known, price)
    return replace(position, liquidation_price=stated if has_crossed else None)


def confirms_liquidation(position: Position) -> bool:
    """True if a reading after the price reached the liquidation price leaves no doubt about it.

    The position is still open, and the mark price of its row, if it has one, is beyond it too.
    """
    mark = position.reported.mark_price if position.reported else None
    stated = position.liquidation_price
    return stated is not None and (mark is None or position.side.has_passed(stated, mark))
