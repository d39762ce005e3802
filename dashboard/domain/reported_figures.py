"""The exchange's own figures of a position, to cross-check those computed here."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ReportedFigures:
    """Figures that the exchange states in the row of a position. None is not stated."""

    notional: Decimal | None = None
    """Unsigned, in the settlement or in the quote currency, as the exchange counts it."""
    unrealized_pnl: Decimal | None = None
    """In the settlement currency, at `mark_price`."""
    mark_price: Decimal | None = None
    initial_margin: Decimal | None = None
    """In the settlement currency."""
    liquidation_price: Decimal | None = None
    """A stated liquidation price that the mark price has passed, so that it is not the position's."""
