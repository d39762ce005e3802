"""A fill: one execution of an order, as the exchange reports it to the account that traded."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.decimal_math import round_quotient
from dashboard.domain.market import Instrument
from dashboard.domain.position import Side


class TradeSide(StrEnum):
    """What the order did."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sell: what it adds to a position of contracts with a sign."""
        return 1 if self is TradeSide.BUY else -1


@dataclass(frozen=True, slots=True)
class Fee:
    """What a fill cost. Negative where the exchange pays for it (a rebate)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. The same one may arrive often, in any order, by more than one way."""

    id: str
    """The exchange's, the same by whichever way the fill arrives."""
    instrument: Instrument
    trade_side: TradeSide
    price: Decimal
    contracts: Decimal
    """Always positive. One contract is `instrument.contract_size` coins (or quote units, if inverse)."""
    traded_at: int
    """The exchange's time, in ms since 1970 (UTC)."""
    fees: tuple[Fee, ...] = ()
    """Empty is not told, which is not the same as free."""
    position_side: Side | None = None
    """Which of the two positions it belongs to, in hedge mode. None in one-way mode."""
    realized_pnl: Decimal | None = None
    """As the exchange states it; None where it does not."""

    def __post_init__(self) -> None:
        if self.contracts <= 0 or self.price <= 0:
            raise ValueError(f"fill {self.id}: contracts {self.contracts} at {self.price} are no trade")

    @property
    def signed_contracts(self) -> Decimal:
        """What it adds to the position: positive for a buy, negative for a sell."""
        return self.contracts.copy_negate() if self.trade_side is TradeSide.SELL else self.contracts

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from others of its position. A trade with oneself is two fills of one id."""
        return ("fill", self.id, self.trade_side)

    @property
    def sort_key(self) -> tuple[int, int, int, str, str]:
        """Fills apply by (traded_at, id). A longer id is a later one: 1000 comes after 999."""
        return (self.traded_at, 0, len(self.id), self.id, self.trade_side)

    def merged_with(self, known: "Fill") -> "Fill":
        """What is known after both arrived as the same fill: figures that `known` lacked are added."""
        pnl = self.realized_pnl if known.realized_pnl is None else known.realized_pnl
        return replace(known, fees=known.fees or self.fees, realized_pnl=pnl)

    def split(self, contracts: Decimal) -> tuple["Fill", "Fill"]:
        """Two fills that are this one together, the first of `contracts`. Fees go in proportion.

        The PnL that the exchange states belongs to the first, which closes something.
        """
        share = contracts / self.contracts
        first = tuple(replace(fee, amount=round_quotient(fee.amount * share)) for fee in self.fees)
        rest = tuple(
            replace(fee, amount=fee.amount - part.amount) for fee, part in zip(self.fees, first, strict=True)
        )
        return (
            replace(self, contracts=contracts, fees=first),
            replace(self, contracts=self.contracts - contracts, fees=rest, realized_pnl=None),
        )
