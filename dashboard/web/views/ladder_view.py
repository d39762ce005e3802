"""View of the ladder and of the table of levels."""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from dashboard.domain.contract_math import unrealized_pnl
from dashboard.domain.position import Position, Side
from dashboard.domain.risk import RiskLevels, distance_percent
from dashboard.domain.valuation import Valuation
from dashboard.formatting import MISSING, Tone, gain, percent, price, sign_tone
from dashboard.web.views.card_views import View
from dashboard.web.views.ladder_scale import LadderScale, scale_of, trap_edge
from dashboard.web.views.selected_position import SelectedPosition

LEVEL_NAMES = {
    "liq": "Liquidation",
    "alert": "Alert",
    "stop": "Stop loss",
    "trap": "Trap zone",
    "entry": "Entry",
    "target": "Take profit",
}
"""The names of the levels by their keys in the view, from worst to best."""
BANDS = ("dead", "danger", "trap-band", "gain")
AGING = ("marker:tone", *(f"{key}-away" for key in LEVEL_NAMES))
"""Keys that change when the price becomes too old."""
_HIDDEN = "1"


def levels_view(selected: SelectedPosition, newest: Decimal | None) -> View:
    """Every level with its place, distance and PnL, and the place of the `newest` price."""
    levels, position, valuation = selected.levels, selected.position, selected.valuation
    if levels is None or position is None:
        return _empty_view()
    step = selected.market.instrument.price_step if selected.market.instrument else None
    scale, fixed = _fixed_view(levels, None if selected.is_withheld else position, step)
    view = fixed | _marker(scale, valuation, newest)
    if valuation.quote:
        for key, level in _prices(levels).items():
            view[f"{key}-away"] = percent(distance_percent(valuation.quote.value, level))
    return view


@lru_cache(maxsize=64)
def _fixed_view(
    levels: RiskLevels, position: Position | None, step: Decimal | None
) -> tuple[LadderScale, View]:
    """The scale, and the part of the view that does not depend on the price.

    Without a position the PnL at each level is unknown.
    """
    scale = scale_of(levels)
    view = _empty_view() | {"ladder:hidden": "", "no-ladder:hidden": _HIDDEN, "ladder:side": str(levels.side)}
    view |= _bands(levels, scale)
    prices = _prices(levels)
    for key, level in prices.items():
        view |= _rung(key, level, levels, step, scale)
        view |= _row(key, level, position)
    has_rows = len(prices) > 1  # the entry always exists and has no row
    return scale, view | {"levels:hidden": "" if has_rows else _HIDDEN} | _shared_names(prices, levels)


def _empty_view() -> View:
    """The view without a position, with every key, so that all views have the same keys."""
    view = {"ladder:hidden": _HIDDEN, "no-ladder:hidden": "", "ladder:side": "", "levels:hidden": _HIDDEN}
    view |= {"marker:--at": "0.5", "marker:tone": Tone.UNKNOWN}
    for band in BANDS:
        view |= {f"{band}:hidden": _HIDDEN, f"{band}:--from": "0", f"{band}:--to": "0"}
    for key, name in LEVEL_NAMES.items():
        view |= {f"rung-{key}:hidden": _HIDDEN, f"rung-{key}:--at": "0", f"{key}-name": name}
        view |= {f"{key}-price": MISSING, f"{key}-away": MISSING, f"{key}-row:hidden": _HIDDEN}
        view |= {f"{key}-pnl": MISSING, f"{key}-pnl:tone": Tone.UNKNOWN}
    return view


def _prices(levels: RiskLevels) -> dict[str, Decimal]:
    """The known levels by key."""
    known = {
        "liq": levels.liquidation,
        "alert": levels.emergency,
        "stop": levels.stop_loss,
        "trap": trap_edge(levels),
        "entry": levels.entry,
        "target": levels.take_profit,
    }
    return {key: value for key, value in known.items() if value is not None}


def _marker(scale: LadderScale, valuation: Valuation, newest: Decimal | None) -> View:
    if newest is None:
        return {}
    tone = Tone.UNKNOWN if valuation.quote is None else Tone.NEUTRAL
    return {"marker:--at": _place(scale, newest), "marker:tone": tone}


def _rung(key: str, level: Decimal, levels: RiskLevels, step: Decimal | None, scale: LadderScale) -> View:
    text = price(level, step)
    if key == "trap":
        text = f"{price(levels.trap_low, step)} – {price(levels.trap_high, step)}"
    if key == "liq" and levels.liquidation_is_estimate:
        text = f"≈ {text}"
    return {f"rung-{key}:hidden": "", f"rung-{key}:--at": _place(scale, level), f"{key}-price": text}


def _row(key: str, level: Decimal, position: Position | None) -> View:
    """The PnL at a level, which needs no live price."""
    if key == "entry":
        return {}
    pnl = unrealized_pnl(position, level) if position else None
    return {
        f"{key}-row:hidden": "",
        f"{key}-pnl": gain(pnl, position.instrument.settle) if position else MISSING,
        f"{key}-pnl:tone": sign_tone(pnl),
    }


def _shared_names(prices: dict[str, Decimal], levels: RiskLevels) -> View:
    """Names of the levels. Levels at the same price share one rung with all their names."""
    names = dict(LEVEL_NAMES)
    if levels.alert is None:
        names["alert"] = "Alert, auto"
    view = {f"{key}-name": names[key] for key in prices}
    for first, *others in _at_one_price(prices):
        view[f"{first}-name"] = ", ".join(names[key] for key in (first, *others)).capitalize()
        view |= {f"rung-{key}:hidden": _HIDDEN for key in others}
    return view


def _at_one_price(prices: dict[str, Decimal]) -> Iterator[list[str]]:
    for level in dict.fromkeys(prices.values()):
        yield [key for key, value in prices.items() if value == level]


def _bands(levels: RiskLevels, scale: LadderScale) -> View:
    """The coloured ranges of the ladder: liquidated, emergency, trap zone and profit."""
    end, top = ("0", "1") if levels.side is Side.LONG else ("1", "0")
    view = _band("gain", _place(scale, levels.entry), top)
    if levels.liquidation is not None:
        view |= _band("dead", end, _place(scale, levels.liquidation))
    if levels.emergency is not None:
        worst = end if levels.liquidation is None else _place(scale, levels.liquidation)
        view |= _band("danger", worst, _place(scale, levels.emergency))
    if levels.trap_low is not None and levels.trap_high is not None:
        view |= _band("trap-band", _place(scale, levels.trap_low), _place(scale, levels.trap_high))
    return view


def _band(name: str, start: str, end: str) -> View:
    low, high = sorted((Decimal(start), Decimal(end)))
    return {f"{name}:hidden": "", f"{name}:--from": str(low), f"{name}:--to": str(high)}


def _place(scale: LadderScale, value: Decimal) -> str:
    """Returns the place with four decimals, a twentieth of a pixel."""
    return str(round(scale.place(value), 4))
