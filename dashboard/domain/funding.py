"""A funding payment of a perpetual contract."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.market import Instrument
from dashboard.domain.position import Side


@dataclass(frozen=True, slots=True)
class Funding:
    """One payment between longs and shorts, as the exchange reports it to the account."""

    id: str
    instrument: Instrument
    amount: Decimal
    """Received; negative is paid."""
    currency: str
    paid_at: int
    """The exchange's time, in ms since 1970 (UTC)."""
    position_side: Side | None = None
    """Which of the two positions it belongs to, in hedge mode. None in one-way mode."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from others of its position."""
        return ("funding", self.id)

    @property
    def sort_key(self) -> tuple[int, int, int, str, str]:
        """After the fills of the same moment."""
        return (self.paid_at, 1, len(self.id), self.id, "")

    def merged_with(self, known: "Funding") -> "Funding":
        """What is known after both arrived as the same payment."""
        return known
