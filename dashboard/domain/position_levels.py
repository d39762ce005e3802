"""Levels of a position: liquidation, alert, trap zone, stop and target, from the exchange and the user."""

from collections.abc import Sequence
from decimal import Decimal

from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.margin import MarginTier, estimate_liquidation_price, margin_tier
from dashboard.domain.position import Position, Side, Source
from dashboard.domain.risk import RiskLevels

ASSUMED_MAINTENANCE_MARGIN_RATE = Decimal("0.005")
"""Rate for an estimate where the exchange does not report its tiers; the usual lowest tier."""


def levels_of(position: Position, manual: ManualPosition, margin_tiers: Sequence[MarginTier]) -> RiskLevels:
    """Returns the levels of `position`, with an estimate where no liquidation price is known.

    `manual` holds the levels that a user entered in this market; they apply if its side fits.
    """
    wished = manual if manual.side in (None, position.side) else ManualPosition()
    given = position.liquidation_price
    if not wished.is_position:
        given = _on_losing_side(position, wished.liquidation_price) or given
    liquidation = given if given is not None else _estimate(position, margin_tiers)
    return RiskLevels(
        side=position.side,
        entry=position.entry_price,
        liquidation=liquidation,
        liquidation_is_estimate=given is None,
        no_liquidation=liquidation is None and _can_estimate(position) and position.leverage == 1,
        alert=_reachable(_on_losing_side(position, wished.alert_price), liquidation, position.side),
        trap_low=wished.trap_low,
        trap_high=wished.trap_high,
        take_profit=wished.take_profit,
        stop_loss=wished.stop_loss,
    )


def _can_estimate(position: Position) -> bool:
    """True unless the liquidation depends on the whole account, as in cross margin."""
    return position.source is Source.MANUAL or position.margin_mode == "isolated"


def _estimate(position: Position, margin_tiers: Sequence[MarginTier]) -> Decimal | None:
    if not _can_estimate(position):
        return None
    tier = margin_tier(position, margin_tiers)
    rate = position.maintenance_margin_rate or (tier and tier.maintenance_margin_rate)
    return estimate_liquidation_price(position, rate or ASSUMED_MAINTENANCE_MARGIN_RATE)


def _on_losing_side(position: Position, level: Decimal | None) -> Decimal | None:
    """`level`, unless it lies where the position wins: then it was meant for another one."""
    if level is None or (position.entry_price - level) * position.side.sign <= 0:
        return None
    return level


def _reachable(alert: Decimal | None, liquidation: Decimal | None, side: Side) -> Decimal | None:
    """`alert`, unless the liquidation price comes first."""
    if alert is None or liquidation is None:
        return alert
    return alert if (alert - liquidation) * side.sign > 0 else None
