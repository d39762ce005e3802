"""Sentences of the page: problems of feed and account, and reasons of the risk status."""

from collections.abc import Iterable
from decimal import Decimal

from dashboard.app.context import EngineInfo
from dashboard.domain.feed_state import FeedState
from dashboard.domain.position import Position, Side, Source
from dashboard.domain.risk import RiskLevels, RiskStatus
from dashboard.domain.valuation import Valuation
from dashboard.formatting import price, whole_age
from dashboard.positions.models import AccountHealth
from dashboard.web.views.selected_position import SelectedPosition

AGING = ("feed-notice", "feed-notice:hidden", "risk-why")
"""Keys that change when the price becomes too old."""


def feed_notice(selected: SelectedPosition, info: EngineInfo, state: FeedState, now: int) -> str:
    """Describes the problem of a feed shown as `state`; empty if there is none."""
    health = selected.market.health
    if state is FeedState.STALE and health.state_at(now) is not state:
        return (
            f"{info.exchange} sends no price, only bid and ask."
            if _has_live_bid_or_ask(selected, now)
            else _no_prices(info)
        )
    if state is FeedState.STREAMING:
        return ""  # a request failed, but prices are being streamed
    if health.reason is None:
        return _no_prices(info) if state is FeedState.STALE else ""
    failures = f" {health.failures} failures." if health.failures > 1 else ""
    if state is FeedState.POLLING:
        return f"Streaming is off, prices are polled: {_sentence(health.reason)}{failures}"
    return f"{_sentence(health.reason)}{failures}"


def account_notice(selected: SelectedPosition, now: int) -> str:
    """Describes the problem of the first failing account; empty if there is none."""
    failed = next((account for account in selected.accounts if account.problem is not None), None)
    if failed is None:
        return ""
    if failed.unread:
        return f"A part of the account cannot be read: {_sentence(failed.problem or '')}"
    age = "No positions were read so far."
    if failed.read_at is not None:
        age = f"Positions are as of {whole_age(max(0, now - failed.read_at))} ago."
    return f"The account cannot be read: {_sentence(failed.problem or '')} {age}"


def history_note(accounts: Iterable[AccountHealth]) -> str:
    """Describes what is missing of the accounts' history; empty if nothing is."""
    missing = "; ".join(account.history for account in accounts if account.history is not None)
    return f"History: {missing}. Realised PnL, fees and funding are incomplete." if missing else ""


def withheld_notice(selected: SelectedPosition) -> str:
    """Describes why figures of the position are not shown; empty if they are."""
    if not selected.is_withheld or selected.market.instrument is None:
        return ""
    return f"{selected.market.instrument.pair} DISAGREES: its figures are not shown. See the position."


def risk_reason(selected: SelectedPosition, info: EngineInfo) -> str:
    """Returns the reason of the risk status; empty without a position."""
    valuation = selected.valuation
    if valuation.status is RiskStatus.NO_POSITION:
        return ""
    if valuation.status is RiskStatus.UNKNOWN or selected.levels is None:
        return _unknown_reason(selected, info)
    reason = _reason(selected, selected.levels, valuation)
    is_unknown = selected.levels.liquidation is None and not selected.levels.no_liquidation
    return f"{reason} Liquidation price unknown." if is_unknown else reason


def no_position_text(selected: SelectedPosition, info: EngineInfo) -> str:
    """Returns the text of the position card while no position is shown."""
    if selected.market.instrument is None or not selected.is_known:
        return _unknown_reason(selected, info)
    if selected.others and selected.chosen_side is not None:
        return f"The account holds no {selected.chosen_side} here."
    if selected.accounts:
        return "The account holds no position here. A position can also be entered by hand."
    return "Enter a position to see its PnL and risk. With API keys it is read from the exchange."


def liquidation_source(position: Position, levels: RiskLevels) -> str:
    """Returns the source of the liquidation price."""
    if levels.liquidation is None:
        return "" if levels.no_liquidation else "unknown"
    if levels.liquidation_is_estimate:
        return "estimate"
    return str(position.source if levels.liquidation == position.liquidation_price else Source.MANUAL)


def _no_prices(info: EngineInfo) -> str:
    return f"{info.exchange} sends no prices."


def _has_live_bid_or_ask(selected: SelectedPosition, now: int) -> bool:
    ticker, stale_after = selected.market.ticker, selected.market.health.stale_after
    return any(quote is not None and quote.is_live(now, stale_after) for quote in (ticker.bid, ticker.ask))


def _unknown_reason(selected: SelectedPosition, info: EngineInfo) -> str:
    if selected.market.instrument is None:
        return f"Looking for {info.symbol} on {info.exchange}…"
    if selected.is_withheld:
        return "Figures disagree with the exchange's own: check the exchange."
    if not selected.is_known:
        if _is_being_read(selected):
            return "Reading positions…"
        return f"Positions here are unknown: {_sentence(selected.reason_unknown)}"
    return "No live price."


def _is_being_read(selected: SelectedPosition) -> bool:
    """True before the first result of reading an account."""
    return any(account.read_at is None and account.problem is None for account in selected.accounts)


def _reason(selected: SelectedPosition, levels: RiskLevels, valuation: Valuation) -> str:
    """The reason of a status that is known."""
    long = levels.side is Side.LONG
    worse, better = ("below", "above") if long else ("above", "below")
    match valuation.status:
        case RiskStatus.LIQUIDATED:
            return "Liquidation price reached."
        case RiskStatus.EMERGENCY:
            return _emergency_reason(selected, levels, valuation, worse)
        case RiskStatus.TRAP_ZONE:
            low, high = _text(selected, levels.trap_low), _text(selected, levels.trap_high)
            return f"Inside the trap zone, {low} to {high}."
        case RiskStatus.UNDERWATER:
            return f"Price {worse} the entry."
    at_entry = valuation.quote is not None and valuation.quote.value == levels.entry
    return "Price at the entry." if at_entry else f"Price {better} the entry."


def _emergency_reason(
    selected: SelectedPosition, levels: RiskLevels, valuation: Valuation, worse: str
) -> str:
    if _liquidation_reached(levels, valuation):
        if levels.liquidation_is_estimate:
            return "Estimated liquidation price reached: check the exchange."
        return "Liquidation price reached; being confirmed by a new reading of the account."
    if levels.alert is None:
        return "Three quarters of the way to liquidation, or further."
    return f"Price at or {worse} the alert of {_text(selected, levels.alert)}."


def _liquidation_reached(levels: RiskLevels, valuation: Valuation) -> bool:
    if valuation.quote is None or levels.liquidation is None:
        return False
    return levels.side.has_passed(levels.liquidation, valuation.quote.value)


def _text(selected: SelectedPosition, value: Decimal | None) -> str:
    return price(value, selected.market.instrument.price_step if selected.market.instrument else None)


def _sentence(reason: str) -> str:
    return reason if reason.endswith((".", "!", "?", "…")) else f"{reason}."
