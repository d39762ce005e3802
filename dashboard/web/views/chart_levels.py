"""Levels and price range of the chart, as Decimals."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.market import Candle
from dashboard.domain.risk import RiskLevels
from dashboard.formatting import price

_MAX_DISTANCE = Decimal("0.8")
"""Largest distance of a drawn level from the candles, as a share of their height."""
_PADDING_BELOW, _PADDING_ABOVE = Decimal("0.13"), Decimal("0.08")
_MIN_LABEL_DISTANCE = Decimal("0.05")
"""Smallest distance of two labels that do not overlap, as a share of the chart's height."""


@dataclass(frozen=True, slots=True)
class ChartLevel:
    """One level of the chart; its colour is a CSS variable."""

    name: str
    at: Decimal
    colour: str

    def text(self, step: Decimal | None) -> str:
        """Returns name and price."""
        return f"{self.name} {price(self.at, step)}"


@dataclass(frozen=True, slots=True)
class ChartRange:
    """The price range of the chart, and the levels within and beyond it."""

    floor: Decimal
    ceiling: Decimal
    near: tuple[ChartLevel, ...]
    below: tuple[ChartLevel, ...]
    """Levels too far below to be drawn, nearest first."""
    above: tuple[ChartLevel, ...]
    """Levels too far above to be drawn, nearest first."""


def chart_range(candles: Sequence[Candle], levels: RiskLevels | None) -> ChartRange:
    """Returns a range with all candles and the levels near them."""
    low, high = min(candle.low for candle in candles), max(candle.high for candle in candles)
    reach = (high - low or high / 100) * _MAX_DISTANCE
    lines = sorted(_lines(levels), key=_by_price)
    near = [line for line in lines if low - reach <= line.at <= high + reach]
    floor, ceiling = min([low, *map(_by_price, near)]), max([high, *map(_by_price, near)])
    height = ceiling - floor or ceiling / 100
    return ChartRange(
        floor=floor - height * _PADDING_BELOW,
        ceiling=ceiling + height * _PADDING_ABOVE,
        near=tuple(near),
        below=tuple(line for line in reversed(lines) if line.at < low - reach),
        above=tuple(line for line in lines if line.at > high + reach),
    )


def label_columns(shown: ChartRange) -> list[tuple[ChartLevel, int]]:
    """Returns the drawn levels, each with the column of its label, so that labels do not overlap."""
    placed: list[tuple[ChartLevel, int]] = []
    for line in shown.near:
        distance = (shown.ceiling - shown.floor) * _MIN_LABEL_DISTANCE
        overlaps = placed and line.at - placed[-1][0].at < distance
        placed.append((line, placed[-1][1] + 1 if overlaps else 0))
    return placed


def nearest(lines: Sequence[ChartLevel], step: Decimal | None) -> str:
    """Returns the text of the two nearest levels; more would not fit on a phone."""
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
