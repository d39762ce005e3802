"""Views of the cards: market, price, PnL and position, as texts and tones."""

from decimal import Decimal
from typing import Any

from dashboard.app.context import EngineInfo
from dashboard.domain.contract_math import initial_margin
from dashboard.domain.environment import Environment
from dashboard.domain.market import Quote
from dashboard.domain.position import Source
from dashboard.formatting import (
    MISSING,
    Tone,
    gain,
    leverage,
    money,
    percent,
    price,
    sign_tone,
    size,
)
from dashboard.web.views.notices import liquidation_source
from dashboard.web.views.selected_position import OtherPosition, SelectedPosition

View = dict[str, Any]

AGING = (
    *("price:tone", "price-age:hidden", "last:tone", "last:value", "bid:tone", "ask:tone", "mark:tone"),
    *(
        "change:tone",
        "pnl",
        "pnl:tone",
        "pnl-basis",
        "pnl-basis:tone",
        "roe",
        "roe:tone",
        "moved",
        "moved:tone",
        "notional",
    ),
)
"""Keys that change when the price becomes too old."""
_MARK_LATE = "on last, mark late"
_KINDS = {"swap": "perpetual", "future": "future", "spot": "spot"}


def market_name_view(selected: SelectedPosition, info: EngineInfo) -> View:
    """The name of the market and its exchange."""
    instrument = selected.market.instrument
    kind = _KINDS.get(instrument.kind, instrument.kind) if instrument else "connecting…"
    return {
        "pair": instrument.pair if instrument else info.symbol,
        "market": f"{info.exchange} · {kind}",
        "quote": instrument.quote if instrument else "",
    }


def headline_price(selected: SelectedPosition, now: int) -> tuple[Quote | None, str, bool]:
    """Returns the most prominent price, its name, and True if it is live; an old price is kept."""
    ticker = selected.market.ticker
    quote, on_mark = selected.market.price_at(now)
    if quote is not None:
        return quote, "Mark price" if on_mark else "Last price", True
    old = [(each, name) for each, name in ((ticker.mark, "Mark price"), (ticker.last, "Last price")) if each]
    if not old:
        return None, "Last price", False
    newest, name = max(old, key=lambda pair: pair[0].received_at)
    return newest, name, False


def price_view(selected: SelectedPosition, now: int) -> View:
    """The price card. Prices that are too old are kept, with tone UNKNOWN."""
    step = selected.market.instrument.price_step if selected.market.instrument else None
    quote, label, is_live = headline_price(selected, now)
    last, limit = selected.market.ticker.last, selected.market.health.stale_after
    is_new = quote is None or quote.age(now) <= limit
    view = {
        "price": price(quote.value if quote else None, step),
        "price:value": str(quote.value) if quote else "",
        "price:tone": Tone.NEUTRAL if is_live else Tone.UNKNOWN,
        "price-label": label,
        "price-age:hidden": "1" if is_new else "",
        "age:ms": str(quote.age(now)) if quote else "",
        "stale:ms": str(_stale_at(selected) - quote.received_at if quote else limit),
        "last:value": str(last.value) if last and _is_live(last, selected, now) else "",
    }
    for name in ("last", "bid", "ask", "mark"):
        each: Quote | None = getattr(selected.market.ticker, name)
        view[name] = price(each.value if each else None, step)
        view[f"{name}:tone"] = Tone.NEUTRAL if _is_live(each, selected, now) else Tone.UNKNOWN
    change = selected.market.ticker.change_24h
    view["change"] = percent(change.value if change else None)
    view["change:tone"] = _change_tone(change, selected, now)
    return view


def pnl_view(selected: SelectedPosition) -> View:
    """The PnL card."""
    position, valuation = selected.position, selected.valuation
    settle = selected.market.instrument.settle if selected.market.instrument else ""
    moved = None
    if position and valuation.quote:
        moved = (valuation.quote.value / position.entry_price - 1) * 100
    pnl = gain(valuation.unrealized_pnl, settle)
    basis = _basis(selected) if pnl != MISSING else ""
    return {
        "pnl": pnl,
        "pnl:tone": sign_tone(valuation.unrealized_pnl),
        "pnl-currency": settle,
        "pnl-basis": basis,
        "pnl-basis:tone": Tone.CAUTION if basis == _MARK_LATE else Tone.UNKNOWN,
        "roe": percent(valuation.roe),
        "roe:tone": sign_tone(valuation.roe),
        "moved": percent(moved),
        "moved:tone": Tone.NEUTRAL if moved is not None else Tone.UNKNOWN,
    }


def position_view(selected: SelectedPosition, info: EngineInfo) -> View:
    """The position card."""
    position, levels, instrument = selected.position, selected.levels, selected.market.instrument
    view = dict.fromkeys(
        ("side", "size", "notional", "margin", "margin-mode", "entry", "liquidation", "liquidation-source"),
        "",
    )
    view |= {"position:hidden": "1", "no-position:hidden": "", "side:tone": Tone.NEUTRAL, "source": ""}
    legs = _legs(selected)
    view |= {"legs": legs, "legs-line:hidden": "" if legs else "1"} | _disagreement_view(selected)
    if position is None or levels is None or instrument is None:
        return view
    settle = instrument.settle
    return view | {
        "position:hidden": "",
        "no-position:hidden": "1",
        "side": f"{position.side.title()} {leverage(position.leverage)}".rstrip(),
        "side:tone": Tone.UP if position.side.sign > 0 else Tone.DOWN,
        "size": MISSING if selected.is_withheld else f"{size(position.size)} {instrument.base}",
        "notional": _amount(selected.valuation.notional, settle),
        "margin": _amount(None if selected.is_withheld else initial_margin(position), settle),
        "margin-mode": position.margin_mode or "",
        "entry": price(position.entry_price, instrument.price_step),
        "liquidation": "none" if levels.no_liquidation else price(levels.liquidation, instrument.price_step),
        "liquidation-source": liquidation_source(position, levels),
        "source": "entered" if position.source is Source.MANUAL else _account(info),
    }


def _disagreement_view(selected: SelectedPosition) -> View:
    text = selected.disagreement.text if selected.disagreement else ""
    hidden = "" if text else "1"
    sentence = f"{text[:1].upper()}{text[1:]}." if text else ""
    return {"disagreement": sentence, "disagreement-line:hidden": hidden, "disagrees:hidden": hidden}


def _account(info: EngineInfo) -> str:
    return "demo account" if info.environment is Environment.DEMO else f"{info.exchange} account"


def _amount(value: Decimal | None, currency: str) -> str:
    return MISSING if value is None else f"{money(value, currency)} {currency}"


def _legs(selected: SelectedPosition) -> str:
    """The exchange's other positions in the market."""
    return ", ".join(_leg(leg) for leg in selected.others)


def _leg(leg: OtherPosition) -> str:
    instrument = leg.position.instrument
    entry = price(leg.position.entry_price, instrument.price_step)
    amount = MISSING if leg.is_withheld else size(leg.position.size)
    return f"{leg.position.side} {amount} {instrument.base} at {entry}"


def _basis(selected: SelectedPosition) -> str:
    """The price that PnL is calculated with, and the reason if a known mark price is not used."""
    if selected.valuation.on_mark:
        return "on mark"
    return _MARK_LATE if selected.market.ticker.mark else "on last"


def _stale_at(selected: SelectedPosition) -> int:
    """The instant after which neither mark nor last price is live: until then one replaces the other."""
    market = selected.market
    quotes = (market.ticker.mark, market.ticker.last)
    limit = market.health.stale_after
    return max(quote.received_at + quote.limit(limit) for quote in quotes if quote is not None)


def _is_live(quote: Quote | None, selected: SelectedPosition, now: int) -> bool:
    return quote is not None and quote.is_live(now, selected.market.health.stale_after)


def _change_tone(change: Quote | None, selected: SelectedPosition, now: int) -> Tone:
    return sign_tone(change.value) if change and _is_live(change, selected, now) else Tone.UNKNOWN
