"""The plotly figure of the chart, and its levels."""

import json
from dataclasses import replace
from decimal import Decimal

import plotly.graph_objects as go
import pytest

from dashboard.web.views.chart_figure import EMPTY_FIGURE, TIMEFRAMES_MS, candle_figure
from tests.web.scenes import LONG, candles, live

STEP = Decimal("0.1")


def levels(**entered):
    return live(entered=LONG | entered).select().levels


def texts(figure):
    return [label["text"] for label in figure["layout"]["annotations"]]


def lines(figure):
    return [shape["y0"] for shape in figure["layout"]["shapes"] if shape["type"] == "line"]


def test_candles_carry_their_prices_and_times():
    figure = candle_figure(candles(3), None, STEP, "5m")
    (trace,) = figure["data"]
    assert trace["type"] == "candlestick"
    assert trace["x"][0] == "2023-11-14T22:13:20.000Z"
    assert trace["open"] == [67400.0] * 3
    assert trace["close"][-1] == float(candles(3)[-1].close)


def test_price_is_the_first_label_and_levels_follow():
    figure = candle_figure(candles(around="66840"), levels(), STEP, "5m")
    assert texts(figure)[0] == "66,823.3"
    assert "Entry 66,840.0" in texts(figure)
    assert 66840.0 in lines(figure)


def test_distant_levels_are_listed_at_the_edge_nearest_first():
    figure = candle_figure(candles(), levels(), STEP, "5m")
    assert "↓ Entry 66,840.0 · Trap 66,480.0 …" in texts(figure)
    assert "↑ Take profit 67,950.0" in texts(figure)
    assert len(lines(figure)) == 1


def test_near_level_widens_the_axis():
    figure = candle_figure(candles(), levels(take_profit="67450"), STEP, "5m")
    floor, ceiling = figure["layout"]["yaxis"]["range"]
    assert 67450.0 in lines(figure)
    assert all(floor < line < ceiling for line in lines(figure))


def test_trap_zone_is_a_band_cut_at_the_axis():
    figure = candle_figure(candles(around="66840"), levels(trap_low="60000", trap_high="66830"), STEP, "5m")
    (band,) = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
    assert band["y1"] == 66830.0
    assert band["y0"] == figure["layout"]["yaxis"]["range"][0]


def test_labels_that_would_overlap_are_side_by_side():
    near = levels(stop_loss="66839", take_profit="66841", trap_low="66835", trap_high="66838")
    figure = candle_figure(candles(around="66840"), near, STEP, "5m")
    shifts = [label["xshift"] for label in figure["layout"]["annotations"] if label.get("xshift") is not None]
    assert len(set(shifts)) == len(shifts) == 5


def test_estimated_liquidation_price_is_marked():
    estimated = replace(levels(), liquidation=Decimal("67350"), liquidation_is_estimate=True)
    assert "Liquidation ≈ 67,350.0" in texts(candle_figure(candles(), estimated, STEP, "5m"))


def test_prices_without_a_known_step_are_drawn():
    figure = candle_figure(candles(around="0.163312"), None, None, "1m")
    assert figure["layout"]["meta"]["decimals"] is None


@pytest.mark.parametrize("timeframe", TIMEFRAMES_MS)
@pytest.mark.parametrize("flat", [False, True])
def test_plotly_accepts_the_figure(timeframe, flat):
    history = candles(1 if flat else 40)
    text = json.dumps(candle_figure(history, levels(), STEP, timeframe))
    for token in ("up", "down", "caution", "emergency", "text", "dim", "line", "surface", "raised", "ground"):
        text = text.replace(f"var(--{token})", "#123456")
    go.Figure(json.loads(text))


def test_plotly_accepts_the_empty_figure():
    go.Figure(EMPTY_FIGURE)
