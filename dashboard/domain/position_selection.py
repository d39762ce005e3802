"""Selection of the position to show: the entered one, the exchange's, or one saved by an earlier run."""

from dataclasses import dataclass, replace
from decimal import Decimal

from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.margin import MarginTier, estimate_liquidation_price, margin_tier
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side, Source
from dashboard.domain.risk import RiskLevels

ASSUMED_MAINTENANCE_MARGIN_RATE = Decimal("0.005")
"""The usual lowest tier, for estimates if the exchange does not report its tiers."""


@dataclass(frozen=True, slots=True)
class PositionSelection:
    """The known positions in one instrument."""

    entered: ManualPosition = ManualPosition()
    kept: bool = False
    """True if `entered` was saved by an earlier run: then the exchange's position has precedence."""
    account: bool = False
    """True if there are keys to read positions from the exchange."""
    positions: tuple[Position, ...] | None = None
    """The exchange's positions of both sides; None until a read succeeds. An empty tuple is flat."""
    read_at: int | None = None
    problem: str | None = None
    """The reason why the last read failed."""
    tiers: tuple[MarginTier, ...] = ()

    @property
    def known(self) -> bool:
        """True once the position, or that there is none, is known. False is never shown as flat."""
        return not self._asks_account() or self.positions is not None

    def shown(self, instrument: Instrument) -> Position | None:
        """The position to show. With an account, its positions have precedence over a saved one."""
        return self._chosen() if self._asks_account() else self.entered.position(instrument)

    def others(self, shown: Position | None) -> tuple[Position, ...]:
        """The exchange's other positions in the instrument, as in hedge mode."""
        return tuple(leg for leg in self.positions or () if leg != shown)

    def levels(self, position: Position) -> RiskLevels:
        """The levels of the position, with an estimate if no liquidation price is known."""
        wished = self.entered if self.entered.side in (None, position.side) else ManualPosition()
        given = position.liquidation_price
        if not wished.is_position:
            given = _on_losing_side(position, wished.liquidation_price) or given
        liquidation = given if given is not None else self._estimate(position)
        return RiskLevels(
            side=position.side,
            entry=position.entry_price,
            liquidation=liquidation,
            liquidation_is_estimate=given is None,
            no_liquidation=liquidation is None and self._estimable(position) and position.leverage == 1,
            alert=_before(liquidation, position.side, _on_losing_side(position, wished.alert_price)),
            trap_low=wished.trap_low,
            trap_high=wished.trap_high,
            take_profit=wished.take_profit,
            stop_loss=wished.stop_loss,
        )

    def after_read(self, at: int, positions: tuple[Position, ...]) -> "PositionSelection":
        """The selection after a successful read."""
        return replace(self, positions=positions, read_at=at, problem=None)

    def after_failure(self, reason: str) -> "PositionSelection":
        """The selection after a failed read: the positions stay, marked as old by `problem`."""
        return replace(self, problem=reason)

    def _chosen(self) -> Position | None:
        """The exchange's position of the chosen side; the larger one if no side was chosen."""
        wish: Side | None = None if self.entered.is_position else self.entered.side
        legs = [leg for leg in self.positions or () if wish is None or leg.side is wish]
        return max(legs, key=lambda leg: leg.size, default=None)

    def _asks_account(self) -> bool:
        """True if the account determines the position to show, not the input."""
        return self.account and (self.kept or not self.entered.is_position)

    def _estimable(self, position: Position) -> bool:
        """False in cross margin: its liquidation depends on the whole account, which is unknown here."""
        return position.source is Source.MANUAL or position.margin_mode == "isolated"

    def _estimate(self, position: Position) -> Decimal | None:
        if not self._estimable(position):
            return None
        tier = margin_tier(position, self.tiers)
        rate = position.maintenance_margin_rate or (tier and tier.maintenance_margin_rate)
        return estimate_liquidation_price(position, rate or ASSUMED_MAINTENANCE_MARGIN_RATE)


def _on_losing_side(position: Position, level: Decimal | None) -> Decimal | None:
    """Returns `level` if the position loses there; any other was meant for another position."""
    if level is None or (position.entry_price - level) * position.side.sign <= 0:
        return None
    return level


def _before(liquidation: Decimal | None, side: Side, alert: Decimal | None) -> Decimal | None:
    """Returns `alert` if it lies before the liquidation price; beyond it, it would never be reached."""
    if alert is None or liquidation is None:
        return alert
    return alert if (alert - liquidation) * side.sign > 0 else None
