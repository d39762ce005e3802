"""Descriptions of position changes for the event log."""

from decimal import Decimal, localcontext

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.currencies import USD_EQUIVALENTS
from dashboard.domain.decimal_math import EXACT, shorten
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market_positions import MarketEvent
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.position_state import PositionState


def describe_change(event: MarketEvent, before: PositionState | None, after: PositionState) -> str:
    """Describes a change in one line, such as `sell 0.05 BTC at 64,040, realised +12.50 USDT`."""
    match event:
        case ModeChange():
            return describe_mode(after)
        case Fill():
            return _fill(event) + _realized(before, after)
        case Funding():
            verb = "received" if event.amount >= 0 else "paid"
            return f"{verb} {_text(abs(event.amount))} {event.currency} of funding"
        case PositionAdjustment():
            return f"taken over from the exchange: {_position(after)}"


def describe_basis(*, on_mark: bool, mark_age_ms: int | None) -> str:
    """Describes a change between mark and last price, which moves PnL although the market did not."""
    if on_mark:
        return "valued on the mark price again"
    late = "" if mark_age_ms is None else f" for {mark_age_ms // 1000} s"
    return f"valued on the last price: no mark price{late}"


def describe_mode(position: PositionState) -> str:
    """Describes the mode of a market by a position that has moved to it."""
    mode = "one-way" if position.key.side is None else "hedge"
    return f"the market is in {mode} mode: {_position(position)}"


def _fill(fill: Fill) -> str:
    size = fill.contracts * fill.instrument.contract_size
    return f"{fill.trade_side} {_text(size)} {_unit(fill)} at {_text(fill.price)}"


def _unit(fill: Fill) -> str:
    inverse = fill.instrument.payoff == "inverse"
    return fill.instrument.quote if inverse else fill.instrument.base


def _realized(before: PositionState | None, after: PositionState) -> str:
    earlier = before.cumulative_totals.realized_pnl if before else Decimal(0)
    with localcontext(EXACT):
        realized = after.cumulative_totals.realized_pnl - earlier
    settle = after.instrument.settle
    return f", realised {_money(realized, settle)} {settle}" if realized else ""


def _position(state: PositionState) -> str:
    if state.side is None or state.entry_price is None:
        return "nothing"
    size = abs(state.contracts) * state.instrument.contract_size
    return f"{state.side} {_text(size)} at {_text(state.entry_price)}"


def _money(amount: Decimal, currency: str) -> str:
    """Formats an amount with its sign; dollars to the cent."""
    text = f"{amount:+,.2f}" if currency in USD_EQUIVALENTS else f"{shorten(amount, 8):+,f}"
    return text.replace("-", "−")


def _text(number: Decimal) -> str:
    """Formats a number with up to 8 decimals, without trailing zeros."""
    return f"{shorten(number, 8):,f}"
