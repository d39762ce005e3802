"""The valuation of a position at one price."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.contract_math import notional, roe
from dashboard.domain.market import Quote
from dashboard.domain.position import Position
from dashboard.domain.position_state import PositionState
from dashboard.domain.risk import RiskLevels, RiskStatus, assess


@dataclass(frozen=True, slots=True)
class Valuation:
    """PnL and risk at one price. None is unknown."""

    status: RiskStatus
    quote: Quote | None = None
    """The price of all calculations."""
    on_mark: bool = False
    """True if that is the mark price, False if it is the last price."""
    unrealized_pnl: Decimal | None = None
    """In the settlement currency."""
    roe: Decimal | None = None
    """In percent."""
    notional: Decimal | None = None


def value(
    state: PositionState,
    position: Position | None,
    levels: RiskLevels | None,
    quote: Quote | None,
    *,
    on_mark: bool,
    is_withheld: bool = False,
    is_confirmed: bool = True,
) -> Valuation:
    """Values a position at `quote`, which is live; None without a live price.

    `position` is `state` with the exchange's terms, None while flat. `is_withheld`: the exchange's own
    figures show that those calculated here are wrong. `is_confirmed`: the liquidation price was read
    since the price reached it.
    """
    if state.is_contradictory:
        return UNPRICED
    if position is None or levels is None:
        return FLAT
    if quote is None:
        return UNPRICED
    if is_withheld:
        return Valuation(RiskStatus.UNKNOWN, quote, on_mark)
    pnl = state.unrealized_pnl(quote.value)
    return Valuation(
        status=assess(levels, quote.value, is_confirmed=is_confirmed),
        quote=quote,
        on_mark=on_mark,
        unrealized_pnl=pnl,
        roe=roe(position, pnl),
        notional=notional(position, quote.value),
    )


UNPRICED = Valuation(RiskStatus.UNKNOWN)
"""Of an open position without a live price, or of a contradictory one."""
FLAT = Valuation(RiskStatus.NO_POSITION, unrealized_pnl=Decimal(0), notional=Decimal(0))
"""Of a closed position."""
