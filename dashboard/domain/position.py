"""A leveraged position: what is held, at which entry, with which leverage."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.market import Instrument, Payoff


class Side(StrEnum):
    """The direction of a position."""

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """1 for a long, -1 for a short: what a rise of the price is worth."""
        return 1 if self is Side.LONG else -1


class Source(StrEnum):
    """Who said that this position exists."""

    MANUAL = "entered"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True)
class Position:
    """An open position. Its size holds the leverage already: leverage is never multiplied in again."""

    instrument: Instrument
    side: Side
    contracts: Decimal
    """Always positive. One contract is `instrument.contract_size` coins (or quote units, if inverse)."""
    entry_price: Decimal
    leverage: Decimal | None = None
    margin_mode: str | None = None
    """isolated or cross, where known."""
    liquidation_price: Decimal | None = None
    """As the user or the exchange gave it; None is unknown, never safe."""
    maintenance_margin_rate: Decimal | None = None
    source: Source = Source.MANUAL
    opened_at: int | None = None
    """The exchange's time, in ms since 1970 (UTC), where it says so."""

    @property
    def size(self) -> Decimal:
        """The full size in base coins, leverage in it. For a contract sized in quote units: at the entry."""
        units = self.contracts * self.instrument.contract_size
        if self.instrument.payoff is Payoff.INVERSE:
            return units / self.entry_price
        return units
