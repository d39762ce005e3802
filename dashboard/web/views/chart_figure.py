"""The price chart as a plotly figure: candles and the levels of the position. The only float().

Colours are names of the stylesheet's tokens, as in var(--up): the browser puts the theme's values in.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dashboard.domain.market import Candle
from dashboard.domain.risk import RiskLevels
from dashboard.formatting import decimals, price
from dashboard.web.views.chart_levels import ChartHeights, ChartLevel, columns, heights, nearest

Figure = dict[str, Any]

TIMEFRAMES = {"1m": 60_000, "5m": 300_000, "15m": 900_000, "1h": 3_600_000}
"""What can be chosen, in milliseconds."""

_CLEAR = "rgba(0,0,0,0)"
_HIDDEN = {"visible": False}
_GROUND = {"bgcolor": "var(--surface)", "borderpad": 1, "showarrow": False}
"""Keeps a label legible where it lies on candles."""
_LEFT = {"xref": "paper", "x": 0, "xanchor": "left"}
_ACROSS = {"xref": "paper", "x0": 0, "x1": 1}
_COLUMN = 150
"""The width of a label, in pixels."""

EMPTY_FIGURE: Figure = {
    "data": [],
    "layout": {"paper_bgcolor": _CLEAR, "plot_bgcolor": _CLEAR, "xaxis": _HIDDEN, "yaxis": _HIDDEN},
}
"""Nothing, before the first history."""


def candle_figure(
    candles: Sequence[Candle], levels: RiskLevels | None, step: Decimal | None, timeframe: str
) -> Figure:
    """The figure of at least one candle. The browser moves its first shape and annotation, the price."""
    shown, last, period = heights(candles, levels), candles[-1].close, TIMEFRAMES[timeframe]
    return {
        "data": [_trace(candles)],
        "layout": {
            "shapes": [_price_line(last), *_band(levels, shown), *map(_level_line, shown.near)],
            "annotations": [_price_tag(last, step), *_labels(shown, step), *_beyond(shown, step)],
            "meta": {"period": period, "decimals": None if step is None else decimals(step)},
            "xaxis": _time_axis(candles, period),
            "yaxis": _price_axis(shown, step),
            **_frame(),
        },
    }


def _trace(candles: Sequence[Candle]) -> Figure:
    return {
        "type": "candlestick",
        "x": [_instant(one.opened_at) for one in candles],
        "open": [float(one.open) for one in candles],
        "high": [float(one.high) for one in candles],
        "low": [float(one.low) for one in candles],
        "close": [float(one.close) for one in candles],
        # Hollow and full: up and down differ without colour too.
        "increasing": {"line": {"color": "var(--up)", "width": 1}, "fillcolor": "var(--surface)"},
        "decreasing": {"line": {"color": "var(--down)", "width": 1}, "fillcolor": "var(--down)"},
        "whiskerwidth": 0,
        "showlegend": False,
    }


def _instant(milliseconds: int) -> str:
    """Text, since plotly forgets that numbers were dates once they are restyled."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _price_line(at: Decimal) -> Figure:
    return _shape(at, "var(--text)", "dot")


def _level_line(line: ChartLevel) -> Figure:
    return _shape(line.at, line.colour, "dash")


def _shape(at: Decimal, colour: str, dash: str) -> Figure:
    style = {"color": colour, "width": 1, "dash": dash}
    return {"type": "line", **_ACROSS, "y0": float(at), "y1": float(at), "line": style, "opacity": 0.7}


def _band(levels: RiskLevels | None, shown: ChartHeights) -> list[Figure]:
    """The trap zone, as far as the chart shows it."""
    if levels is None or levels.trap_low is None or levels.trap_high is None:
        return []
    low, high = max(levels.trap_low, shown.floor), min(levels.trap_high, shown.ceiling)
    if low >= high:
        return []
    look = {"fillcolor": "var(--caution)", "opacity": 0.1, "line": {"width": 0}, "layer": "below"}
    return [{"type": "rect", **_ACROSS, "y0": float(low), "y1": float(high), **look}]


def _price_tag(at: Decimal, step: Decimal | None) -> Figure:
    place = {"xref": "paper", "x": 1, "xanchor": "left", "y": float(at), "yanchor": "middle"}
    font = {"color": "var(--ground)", "size": 12, "weight": 600}
    look = {"font": font, "bgcolor": "var(--text)", "borderpad": 3, "showarrow": False}
    return {"text": price(at, step), **place, **look}


def _labels(shown: ChartHeights, step: Decimal | None) -> list[Figure]:
    return [
        {
            "text": line.text(step),
            **_LEFT,
            "xshift": column * _COLUMN,
            "y": float(line.at),
            "yanchor": "bottom",
            "font": {"color": line.colour, "size": 11},
            **_GROUND,
        }
        for line, column in columns(shown)
    ]


def _beyond(shown: ChartHeights, step: Decimal | None) -> list[Figure]:
    """The levels that the chart does not reach, at its foot and above its top."""
    font = {"color": "var(--dim)", "size": 11}
    return [
        {
            "text": f"{arrow} {nearest(lines, step)}",
            **_LEFT,
            "yref": "paper",
            "y": edge,
            "yanchor": "bottom",
            "font": font,
            **_GROUND,
        }
        for arrow, lines, edge in (("↓", shown.below, 0), ("↑", shown.above, 1))
        if lines
    ]


def _time_axis(candles: Sequence[Candle], period: int) -> Figure:
    first, last = candles[0].opened_at - period, candles[-1].opened_at + 4 * period
    return {
        "type": "date",
        "range": [_instant(first), _instant(last)],
        "rangeslider": _HIDDEN,
        "showgrid": False,
        "nticks": 8,
        "tickangle": 0,
    }


def _price_axis(shown: ChartHeights, step: Decimal | None) -> Figure:
    return {
        "side": "right",
        "range": [float(shown.floor), float(shown.ceiling)],
        "fixedrange": True,
        "tickformat": ",.8~f" if step is None else f",.{decimals(step)}f",
        "nticks": 8,
        "ticklen": 6,
        "tickcolor": _CLEAR,
        "gridcolor": "var(--line)",
        "zeroline": False,
    }


def _frame() -> Figure:
    """All that is the same for every chart."""
    hover = {"bgcolor": "var(--raised)", "bordercolor": "var(--line)", "font": {"color": "var(--text)"}}
    return {
        "font": {"family": "Inter, system-ui, sans-serif", "size": 11, "color": "var(--dim)"},
        "margin": {"l": 0, "r": 78, "t": 20, "b": 38},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "hovermode": "x",
        "hoverlabel": hover,
        "showlegend": False,
        "dragmode": False,
    }
