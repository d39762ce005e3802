"""Price levels for the demo position."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.demo.account.demo_position import DEMO_ENTRY


@dataclass(frozen=True, slots=True)
class DemoLevels:
    """Prices, in quote currency, that the demo's market cycle reaches within minutes."""

    trap_low: Decimal
    trap_high: Decimal
    take_profit: Decimal
    stop_loss: Decimal


DEMO_LEVELS = DemoLevels(
    trap_low=DEMO_ENTRY * Decimal("0.979"),
    trap_high=DEMO_ENTRY * Decimal("0.989"),
    take_profit=DEMO_ENTRY * Decimal("1.012"),
    stop_loss=DEMO_ENTRY * Decimal("0.968"),
)
