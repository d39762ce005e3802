"""The valuation of a position at the best live price."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.contract_math import notional, roe
from dashboard.domain.market import Quote, Ticker
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


def valuation_price(ticker: Ticker, now: int, stale_after: int) -> tuple[Quote | None, bool]:
    """The mark price while live, else the last price, and True for the mark price."""
    for quote, on_mark in ((ticker.mark, True), (ticker.last, False)):
        if quote is not None and quote.age(now) <= stale_after:
            return quote, on_mark
    return None, False


def value(
    state: PositionState,
    position: Position | None,
    levels: RiskLevels | None,
    ticker: Ticker,
    *,
    now: int,
    stale_after: int,
) -> Valuation:
    """Values a position at the best live price of `ticker`.

    `position` is `state` with the exchange's terms, None while flat. `stale_after` is in milliseconds.
    """
    if position is None or levels is None:
        return FLAT
    quote, on_mark = valuation_price(ticker, now, stale_after)
    if quote is None or state.is_contradictory:
        return UNPRICED
    pnl = state.unrealized_pnl(quote.value)
    return Valuation(
        status=assess(levels, quote.value),
        quote=quote,
        on_mark=on_mark,
        unrealized_pnl=pnl,
        roe=roe(position, pnl),
        notional=notional(position, quote.value),
    )


UNPRICED = Valuation(RiskStatus.UNKNOWN)
"""Of an open position without a live price."""
FLAT = Valuation(RiskStatus.NO_POSITION, unrealized_pnl=Decimal(0), notional=Decimal(0))
"""Of a closed position."""
