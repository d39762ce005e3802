"""A funding payment of a perpetual contract."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.market import Instrument
from dashboard.domain.position import Side


@dataclass(frozen=True, slots=True)
class Funding:
    """One funding payment, as the exchange reports it to the account."""

    id: str
    instrument: Instrument
    amount: Decimal
    """Received; negative is paid."""
    currency: str
    paid_at: int
    """The exchange's time, in ms since 1970 (UTC)."""
    position_side: Side | None = None
    """The side of its position in hedge mode; None in one-way mode."""

    @property
    def identity(self) -> tuple[str, ...]:
        """A key that is unique among the events of the market."""
        return ("funding", self.id, self.position_side or "")

    @property
    def sort_key(self) -> tuple[int, int, int, str, str]:
        """Sorts after the fills of the same moment."""
        return (self.paid_at, 1, len(self.id), self.id, self.position_side or "")

    def merged_with(self, known: "Funding") -> "Funding":
        """Returns `known`: a repeated payment adds nothing."""
        return known
