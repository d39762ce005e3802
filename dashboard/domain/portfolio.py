"""Many positions as one: exposure, PnL, fees and funding, a sum for each currency by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from dashboard.domain.decimal_math import EXACT
from dashboard.domain.margin import notional
from dashboard.domain.position_state import PositionState

Marked = tuple[PositionState, Decimal | None]
"""A position and the price that it is valued at; None where no live one is known."""


@dataclass(frozen=True, slots=True)
class PartialSum:
    """A sum of which parts may be unknown."""

    known: Decimal = Decimal(0)
    """The sum of the parts that are known."""
    unknown: int = 0
    """How many are not."""

    @property
    def value(self) -> Decimal | None:
        """The sum; None, which is unknown, as soon as one part is."""
        return self.known if self.unknown == 0 else None

    def plus(self, part: Decimal | None) -> "PartialSum":
        """With one more part; None is unknown."""
        return (
            PartialSum(self.known, self.unknown + 1)
            if part is None
            else PartialSum(self.known + part, self.unknown)
        )


@dataclass(frozen=True, slots=True)
class CurrencySummary:
    """All that counts in one currency."""

    currency: str
    count: int = 0
    """Open positions that settle in it."""
    adopted: int = 0
    """Those of them that began with the exchange's figures: what they realised before is not in here."""
    exposure: PartialSum = PartialSum()
    """The notional value of the open positions, whichever side."""
    unrealized_pnl: PartialSum = PartialSum()
    realized_pnl: Decimal = Decimal(0)
    """Before fees and funding, of closed positions too."""
    fees: PartialSum = PartialSum()
    """Paid in this currency, for whichever position. Unknown are fills that came without a fee."""
    funding: Decimal = Decimal(0)
    """Received in this currency; negative is paid."""

    @property
    def total_pnl(self) -> Decimal | None:
        """Realised and unrealised, before fees and funding; None while a part is unknown."""
        unrealized = self.unrealized_pnl.value
        return None if unrealized is None else self.realized_pnl + unrealized


def summarize(positions: Iterable[Marked]) -> dict[str, CurrencySummary]:
    """A summary for each currency that something settled in or was paid in."""
    parts = tuple(positions)
    with localcontext(EXACT):
        return {currency: _summary(currency, parts) for currency in _currencies(parts)}


def _currencies(parts: Sequence[Marked]) -> dict[str, None]:
    """Each once, settlement currencies first."""
    settled = [state.instrument.settle for state, _ in parts]
    paid = [
        name
        for state, _ in parts
        for name in (*state.cumulative_totals.fees, *state.cumulative_totals.funding)
    ]
    return dict.fromkeys(settled + paid)


def _summary(currency: str, parts: Sequence[Marked]) -> CurrencySummary:
    settled = [(state, mark) for state, mark in parts if state.instrument.settle == currency]
    held = [(state, mark) for state, mark in settled if state.contracts]
    untold = sum(state.cumulative_totals.fills_without_fee for state, _ in settled)
    none = Decimal(0)
    return CurrencySummary(
        currency,
        count=len(held),
        adopted=sum(state.adopted_at is not None for state, _ in held),
        exposure=_total(_exposure(state, mark) for state, mark in held),
        unrealized_pnl=_total(_unrealized(state, mark) for state, mark in held),
        realized_pnl=sum((state.cumulative_totals.realized_pnl for state, _ in settled), none),
        fees=PartialSum(
            sum((state.cumulative_totals.fees.get(currency, none) for state, _ in parts), none), untold
        ),
        funding=sum((state.cumulative_totals.funding.get(currency, none) for state, _ in parts), none),
    )


def _total(parts: Iterable[Decimal | None]) -> PartialSum:
    total = PartialSum()
    for part in parts:
        total = total.plus(part)
    return total


def _exposure(state: PositionState, mark: Decimal | None) -> Decimal | None:
    position = state.position()
    return None if mark is None or position is None or state.is_contradictory else notional(position, mark)


def _unrealized(state: PositionState, mark: Decimal | None) -> Decimal | None:
    return None if mark is None or state.is_contradictory else state.unrealized_pnl(mark)
