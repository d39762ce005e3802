"""Which levels the chart draws, and what heights it shows. In Decimal; the figure makes floats of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.market import Candle
from dashboard.domain.risk import RiskLevels
from dashboard.formatting import price

_REACH = Decimal("0.8")
"""How far a level may lie beyond the candles, in their height, and still be drawn."""
_ROOM_BELOW, _ROOM_ABOVE = Decimal("0.13"), Decimal("0.08")
_TOO_CLOSE = Decimal("0.05")
"""The share of the height within which two labels would meet."""


@dataclass(frozen=True, slots=True)
class ChartLevel:
    """A level in the chart, in a colour of the stylesheet."""

    name: str
    at: Decimal
    colour: str

    def text(self, step: Decimal | None) -> str:
        """Its name and price."""
        return f"{self.name} {price(self.at, step)}"


@dataclass(frozen=True, slots=True)
class ChartHeights:
    """What the chart shows, from `floor` to `ceiling`, and the levels within and beyond."""

    floor: Decimal
    ceiling: Decimal
    near: tuple[ChartLevel, ...]
    below: tuple[ChartLevel, ...]
    """Too far to be drawn, nearest first; `above` likewise."""
    above: tuple[ChartLevel, ...]


def heights(candles: Sequence[Candle], levels: RiskLevels | None) -> ChartHeights:
    """Chooses what to show: all candles, and the levels that do not squeeze them flat."""
    low, high = min(one.low for one in candles), max(one.high for one in candles)
    reach = (high - low or high / 100) * _REACH
    lines = sorted(_lines(levels), key=_by_price)
    near = [line for line in lines if low - reach <= line.at <= high + reach]
    floor, ceiling = min([low, *map(_by_price, near)]), max([high, *map(_by_price, near)])
    height = ceiling - floor or ceiling / 100
    return ChartHeights(
        floor=floor - height * _ROOM_BELOW,
        ceiling=ceiling + height * _ROOM_ABOVE,
        near=tuple(near),
        below=tuple(line for line in reversed(lines) if line.at < low - reach),
        above=tuple(line for line in lines if line.at > high + reach),
    )


def columns(shown: ChartHeights) -> list[tuple[ChartLevel, int]]:
    """The lines drawn, each with the column of its label: labels that would meet stand side by side."""
    placed: list[tuple[ChartLevel, int]] = []
    for line in shown.near:
        meets = placed and line.at - placed[-1][0].at < (shown.ceiling - shown.floor) * _TOO_CLOSE
        placed.append((line, placed[-1][1] + 1 if meets else 0))
    return placed


def nearest(lines: Sequence[ChartLevel], step: Decimal | None) -> str:
    """The two that the price would meet first; more would not fit a phone."""
    return " · ".join(line.text(step) for line in lines[:2]) + (" …" if len(lines) > 2 else "")


def _lines(levels: RiskLevels | None) -> list[ChartLevel]:
    if levels is None:
        return []
    liquidation = "Liquidation ≈" if levels.liquidation_is_estimate else "Liquidation"
    lines = [
        ("Take profit", levels.take_profit, "var(--up)"),
        ("Entry", levels.entry, "var(--text)"),
        ("Trap", levels.trap_high, "var(--caution)"),
        ("Trap", levels.trap_low, "var(--caution)"),
        ("Alert", levels.emergency, "var(--emergency)"),
        ("Stop loss", levels.stop_loss, "var(--down)"),
        (liquidation, levels.liquidation, "var(--emergency)"),
    ]
    return [ChartLevel(name, at, colour) for name, at, colour in lines if at is not None]


def _by_price(line: ChartLevel) -> Decimal:
    return line.at
