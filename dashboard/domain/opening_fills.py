"""The fills of an open position since its opening, found backwards from its size."""

from collections.abc import Iterable
from decimal import Decimal

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.fill import Fill
from dashboard.domain.position import Side

_ROUNDING = Decimal("1e-9")
"""Of the size, for instruments without a known size step: what is left of it is rounding."""


def fills_since_opening(fills: Iterable[Fill], adopted: PositionAdjustment) -> tuple[Fill, ...] | None:
    """Returns the fills of an adopted position since it was flat, oldest first; None if some are missing.

    Its fills are subtracted from its size, newest first, until nothing is left. Earlier fills belong to
    positions that were closed before, whose openings may be missing: they must not be counted.
    """
    before = (fill for fill in fills if fill.traded_at <= adopted.as_of)
    # In one-way mode all fills are of the one position, whatever side they would have in hedge mode.
    sides = (adopted.position_side,) if adopted.position_side else (None, *Side)
    own = sorted((fill for fill in before if fill.position_side in sides), key=lambda fill: fill.sort_key)
    left, nothing = adopted.contracts, _nothing_left(adopted)
    for index in reversed(range(len(own))):
        left -= own[index].signed_contracts
        if abs(left) < nothing:
            return tuple(own[index:])
    return None


def _nothing_left(adopted: PositionAdjustment) -> Decimal:
    """The size in contracts below which a position is flat."""
    return adopted.instrument.size_step or abs(adopted.contracts) * _ROUNDING
