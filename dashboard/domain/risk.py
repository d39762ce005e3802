"""The risk of a position: one status from the price and the levels of the position."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.position import Side


class RiskStatus(StrEnum):
    """From worst to best, followed by UNKNOWN and NO_POSITION."""

    LIQUIDATED = "LIQUIDATED"
    EMERGENCY = "EMERGENCY"
    TRAP_ZONE = "TRAP ZONE"
    UNDERWATER = "UNDERWATER"
    PROFIT = "PROFIT"
    UNKNOWN = "UNKNOWN"
    NO_POSITION = "NO POSITION"


@dataclass(frozen=True, slots=True)
class RiskLevels:
    """The price levels of one position. None is unknown or not set, never zero."""

    side: Side
    entry: Decimal
    liquidation: Decimal | None = None
    liquidation_is_estimate: bool = False
    no_liquidation: bool = False
    """True if no price can liquidate it, such as a linear long without leverage. Unknown is False."""
    alert: Decimal | None = None
    trap_low: Decimal | None = None
    trap_high: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None

    @property
    def emergency(self) -> Decimal | None:
        """The alert price, else a quarter of the way from the liquidation price to the entry."""
        if self.alert is not None or self.liquidation is None:
            return self.alert
        return self.liquidation + (self.entry - self.liquidation) / 4


def distance_percent(price: Decimal | None, level: Decimal | None) -> Decimal | None:
    """The move from `price` to `level` in signed percent of the price. None if either is unknown."""
    return None if price is None or level is None else (level / price - 1) * 100


def assess(levels: RiskLevels, price: Decimal, *, is_confirmed: bool = True) -> RiskStatus:
    """The first status that holds at `price`, mirrored for shorts.

    A price on a boundary belongs to the worse zone, except that one at the entry is PROFIT. Beyond an
    estimated liquidation price the status is EMERGENCY, never LIQUIDATED. So it is beyond a stated one that
    no reading has confirmed since: margin may have been added, but a trader has to act as if not.
    """
    if _at_or_beyond(levels, price, levels.liquidation):
        is_certain = is_confirmed and not levels.liquidation_is_estimate
        return RiskStatus.LIQUIDATED if is_certain else RiskStatus.EMERGENCY
    on_boundary = price in (levels.emergency, levels.trap_low, levels.trap_high)
    if price == levels.entry and on_boundary:
        return RiskStatus.PROFIT
    if _at_or_beyond(levels, price, levels.emergency):
        return RiskStatus.EMERGENCY
    if _in_trap_zone(levels, price):
        return RiskStatus.TRAP_ZONE
    if (price - levels.entry) * levels.side.sign < 0:
        return RiskStatus.UNDERWATER
    return RiskStatus.PROFIT


def _at_or_beyond(levels: RiskLevels, price: Decimal, level: Decimal | None) -> bool:
    """True if the price has reached `level` or is worse for the position."""
    return level is not None and levels.side.has_passed(level, price)


def _in_trap_zone(levels: RiskLevels, price: Decimal) -> bool:
    if levels.trap_low is None or levels.trap_high is None:
        return False
    return levels.trap_low <= price <= levels.trap_high
