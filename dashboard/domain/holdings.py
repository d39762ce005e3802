"""Which position is shown: the one entered by hand, the exchange's, or the one kept from before."""

from dataclasses import dataclass, replace
from decimal import Decimal

from dashboard.domain.entered import Entered
from dashboard.domain.margin import estimated_liquidation
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.domain.risk import RiskLevels

ASSUMED_MAINTENANCE_MARGIN_RATE = Decimal("0.005")
"""Taken for an estimate where the exchange does not tell its tiers; the usual lowest tier."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """All that is known of the positions in one instrument."""

    entered: Entered = Entered()
    kept: bool = False
    """Whether `entered` comes from an earlier run: then the exchange's position beats it."""
    account: bool = False
    """Whether there are keys to read the exchange's positions with."""
    positions: tuple[Position, ...] | None = None
    """The exchange's, of either side; None until a read succeeded, which is not the same as flat."""
    read_at: int | None = None
    problem: str | None = None
    """Why the last read failed."""
    maintenance_margin_rate: Decimal | None = None

    @property
    def known(self) -> bool:
        """Whether it is known if there is a position. False is never shown as flat."""
        return self.entered.is_position or not self.account or self.positions is not None

    def shown(self, instrument: Instrument) -> Position | None:
        """The position to show."""
        entered = self.entered.position(instrument)
        if entered is not None and not self.kept:
            return entered
        return self._chosen() or entered

    def others(self, shown: Position | None) -> tuple[Position, ...]:
        """The exchange's positions in the instrument that are not shown, as in hedge mode."""
        return tuple(leg for leg in self.positions or () if leg is not shown)

    def levels(self, position: Position) -> RiskLevels:
        """The levels of the position shown, with an estimate where no liquidation price is known."""
        given = position.liquidation_price
        wished = self.entered if self.entered.side in (None, position.side) else Entered()
        return RiskLevels(
            side=position.side,
            entry=position.entry_price,
            liquidation=given if given is not None else self._estimate(position),
            liquidation_is_estimate=given is None,
            alert=wished.alert_price,
            trap_low=wished.trap_low,
            trap_high=wished.trap_high,
            take_profit=wished.take_profit,
            stop_loss=wished.stop_loss,
        )

    def after_read(self, at: int, positions: tuple[Position, ...]) -> "Holdings":
        """Once the account was read."""
        return replace(self, positions=positions, read_at=at, problem=None)

    def after_failure(self, reason: str) -> "Holdings":
        """Once a read failed: what was known stays, and is said to be old."""
        return replace(self, problem=reason)

    def _chosen(self) -> Position | None:
        """The exchange's position of the wished side; without a wish the larger one."""
        wish: Side | None = None if self._is_kept_position() else self.entered.side
        legs = [leg for leg in self.positions or () if wish is None or leg.side is wish]
        return max(legs, key=lambda leg: leg.size, default=None)

    def _is_kept_position(self) -> bool:
        return self.kept and self.entered.is_position

    def _estimate(self, position: Position) -> Decimal | None:
        if position.margin_mode == "cross":
            return None  # it depends on the whole account, which is not known here
        rate = position.maintenance_margin_rate or self.maintenance_margin_rate
        return estimated_liquidation(position, rate or ASSUMED_MAINTENANCE_MARGIN_RATE)
