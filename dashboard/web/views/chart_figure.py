"""The price chart as a plotly figure: candles and the levels of the position, with prices as floats.

Colours are CSS variables such as var(--up), which the browser replaces by the values of the theme.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dashboard.domain.market import Candle
from dashboard.domain.risk import RiskLevels
from dashboard.formatting import decimals, price
from dashboard.web.views.chart_levels import ChartLevel, ChartRange, chart_range, label_columns, nearest

Figure = dict[str, Any]

TIMEFRAMES_MS = {"1m": 60_000, "5m": 300_000, "15m": 900_000, "1h": 3_600_000}
"""The timeframes that a user can choose, with the length of a candle."""

_TRANSPARENT = "rgba(0,0,0,0)"
_HIDDEN = {"visible": False}
_LABEL_BACKGROUND = {"bgcolor": "var(--surface)", "borderpad": 1, "showarrow": False}
"""Keeps a label legible on top of candles."""
_LEFT_ALIGNED = {"xref": "paper", "x": 0, "xanchor": "left"}
_FULL_WIDTH = {"xref": "paper", "x0": 0, "x1": 1}
_LABEL_WIDTH_PX = 150

EMPTY_FIGURE: Figure = {
    "data": [],
    "layout": {
        "paper_bgcolor": _TRANSPARENT,
        "plot_bgcolor": _TRANSPARENT,
        "xaxis": _HIDDEN,
        "yaxis": _HIDDEN,
    },
}
"""The figure shown until candles are loaded."""


def candle_figure(
    candles: Sequence[Candle], levels: RiskLevels | None, step: Decimal | None, timeframe: str
) -> Figure:
    """Returns the figure of one or more candles. Its first shape and annotation are the moving price."""
    shown, last, period = chart_range(candles, levels), candles[-1].close, TIMEFRAMES_MS[timeframe]
    return {
        "data": [_trace(candles)],
        "layout": {
            "shapes": [_price_line(last), *_band(levels, shown), *map(_level_line, shown.near)],
            "annotations": [_price_tag(last, step), *_labels(shown, step), *_outside_labels(shown, step)],
            "meta": {"period": period, "decimals": None if step is None else decimals(step)},
            "xaxis": _time_axis(candles, period),
            "yaxis": _price_axis(shown, step),
            **_frame(),
        },
    }


def _trace(candles: Sequence[Candle]) -> Figure:
    return {
        "type": "candlestick",
        "x": [_iso_time(candle.opened_at) for candle in candles],
        "open": [float(candle.open) for candle in candles],
        "high": [float(candle.high) for candle in candles],
        "low": [float(candle.low) for candle in candles],
        "close": [float(candle.close) for candle in candles],
        # Hollow and filled, so that up and down also differ without colour.
        "increasing": {"line": {"color": "var(--up)", "width": 1}, "fillcolor": "var(--surface)"},
        "decreasing": {"line": {"color": "var(--down)", "width": 1}, "fillcolor": "var(--down)"},
        "whiskerwidth": 0,
        "showlegend": False,
    }


def _iso_time(milliseconds: int) -> str:
    """ISO 8601 text, since plotly no longer treats numbers as dates after a restyle."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _price_line(at: Decimal) -> Figure:
    return _shape(at, "var(--text)", "dot")


def _level_line(line: ChartLevel) -> Figure:
    return _shape(line.at, line.colour, "dash")


def _shape(at: Decimal, colour: str, dash: str) -> Figure:
    style = {"color": colour, "width": 1, "dash": dash}
    return {"type": "line", **_FULL_WIDTH, "y0": float(at), "y1": float(at), "line": style, "opacity": 0.7}


def _band(levels: RiskLevels | None, shown: ChartRange) -> list[Figure]:
    """The visible part of the trap zone."""
    if levels is None or levels.trap_low is None or levels.trap_high is None:
        return []
    low, high = max(levels.trap_low, shown.floor), min(levels.trap_high, shown.ceiling)
    if low >= high:
        return []
    style = {"fillcolor": "var(--caution)", "opacity": 0.1, "line": {"width": 0}, "layer": "below"}
    return [{"type": "rect", **_FULL_WIDTH, "y0": float(low), "y1": float(high), **style}]


def _price_tag(at: Decimal, step: Decimal | None) -> Figure:
    place = {"xref": "paper", "x": 1, "xanchor": "left", "y": float(at), "yanchor": "middle"}
    font = {"color": "var(--ground)", "size": 12, "weight": 600}
    style = {"font": font, "bgcolor": "var(--text)", "borderpad": 3, "showarrow": False}
    return {"text": price(at, step), **place, **style}


def _labels(shown: ChartRange, step: Decimal | None) -> list[Figure]:
    return [
        {
            "text": line.text(step),
            **_LEFT_ALIGNED,
            "xshift": column * _LABEL_WIDTH_PX,
            "y": float(line.at),
            "yanchor": "bottom",
            "font": {"color": line.colour, "size": 11},
            **_LABEL_BACKGROUND,
        }
        for line, column in label_columns(shown)
    ]


def _outside_labels(shown: ChartRange, step: Decimal | None) -> list[Figure]:
    """The labels of the levels below and above the chart, at its lower and upper edge."""
    font = {"color": "var(--dim)", "size": 11}
    return [
        {
            "text": f"{arrow} {nearest(lines, step)}",
            **_LEFT_ALIGNED,
            "yref": "paper",
            "y": edge,
            "yanchor": "bottom",
            "font": font,
            **_LABEL_BACKGROUND,
        }
        for arrow, lines, edge in (("↓", shown.below, 0), ("↑", shown.above, 1))
        if lines
    ]


def _time_axis(candles: Sequence[Candle], period: int) -> Figure:
    first, last = candles[0].opened_at - period, candles[-1].opened_at + 4 * period
    return {
        "type": "date",
        "range": [_iso_time(first), _iso_time(last)],
        "rangeslider": _HIDDEN,
        "showgrid": False,
        "nticks": 8,
        "tickangle": 0,
    }


def _price_axis(shown: ChartRange, step: Decimal | None) -> Figure:
    return {
        "side": "right",
        "range": [float(shown.floor), float(shown.ceiling)],
        "fixedrange": True,
        "tickformat": ",.8~f" if step is None else f",.{decimals(step)}f",
        "nticks": 8,
        "ticklen": 6,
        "tickcolor": _TRANSPARENT,
        "gridcolor": "var(--line)",
        "zeroline": False,
    }


def _frame() -> Figure:
    """The part of the layout that all charts share."""
    hover = {"bgcolor": "var(--raised)", "bordercolor": "var(--line)", "font": {"color": "var(--text)"}}
    return {
        "font": {"family": "Inter, system-ui, sans-serif", "size": 11, "color": "var(--dim)"},
        "margin": {"l": 0, "r": 78, "t": 20, "b": 38},
        "paper_bgcolor": _TRANSPARENT,
        "plot_bgcolor": _TRANSPARENT,
        "hovermode": "x",
        "hoverlabel": hover,
        "showlegend": False,
        "dragmode": False,
    }
