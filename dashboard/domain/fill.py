"""A fill: one execution of an order, as the exchange reports it to the account that traded."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.decimal_math import round_quotient
from dashboard.domain.market import Instrument
from dashboard.domain.position import Side


class TradeSide(StrEnum):
    """The side of the order."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sell."""
        return 1 if self is TradeSide.BUY else -1

    @property
    def opposite(self) -> "TradeSide":
        """Sell for a buy, buy for a sell."""
        return TradeSide.SELL if self is TradeSide.BUY else TradeSide.BUY


@dataclass(frozen=True, slots=True)
class Fee:
    """The fee of a fill. A negative amount is a rebate."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. It may arrive several times, by stream and by request, in any order."""

    id: str
    """The exchange's id, the same in streams and responses."""
    instrument: Instrument
    trade_side: TradeSide
    price: Decimal
    contracts: Decimal
    """Always positive. One contract is `instrument.contract_size` coins (or quote units, if inverse)."""
    traded_at: int
    """The exchange's time, in ms since 1970 (UTC)."""
    fees: tuple[Fee, ...] = ()
    """Empty if not reported. A fill without cost has a fee of zero."""
    position_side: Side | None = None
    """The side of its position as it is, or would be, in hedge mode; None if neither stated nor derived."""
    realized_pnl: Decimal | None = None
    """As reported by the exchange; None if not reported."""
    hedged: bool | None = None
    """True if the exchange states hedge mode with the fill, False for one-way mode; None if neither."""

    def __post_init__(self) -> None:
        if self.contracts <= 0 or self.price <= 0:
            raise ValueError(
                f"fill {self.id}: {self.contracts} contracts at {self.price}: both must be positive"
            )

    @property
    def signed_contracts(self) -> Decimal:
        """The change of the position: positive for a buy, negative for a sell."""
        return self.contracts.copy_negate() if self.trade_side is TradeSide.SELL else self.contracts

    @property
    def identity(self) -> tuple[str, ...]:
        """A key that is unique among the events of the market. A self-trade is two fills with one id."""
        return ("fill", self.id, self.trade_side)

    @property
    def sort_key(self) -> tuple[int, int, int, str, str]:
        """Sorts fills by (traded_at, id). A longer id is later: 1000 comes after 999."""
        return (self.traded_at, 0, len(self.id), self.id, self.trade_side)

    def merged_with(self, known: "Fill") -> "Fill":
        """Returns `known`, with the fees, the PnL, the side and the mode that it lacked."""
        return replace(
            known,
            fees=known.fees or self.fees,
            position_side=known.position_side or self.position_side,
            realized_pnl=self.realized_pnl if known.realized_pnl is None else known.realized_pnl,
            hedged=self.hedged if known.hedged is None else known.hedged,
        )

    def split(self, contracts: Decimal) -> tuple["Fill", "Fill"]:
        """Splits it into a fill of `contracts` and the rest, with the fees in proportion.

        The first one closes a position, so the reported PnL belongs to it.
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
