"""The cards of the page. Elements with a data-bind have no text here: the browser paints it."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.web.views.chart_figure import EMPTY_FIGURE, TIMEFRAMES_MS
from dashboard.web.views.ladder_view import BANDS, LEVEL_NAMES

_NO_LADDER = "The levels of a position, and the price between them."


def bound(key: str, css: str = "", tag: type[Component] = html.Span, **attributes: Any) -> Component:
    """An element that shows `key` of the view."""
    return tag(className=css, **{"data-bind": key}, **attributes)


def fact(label: str, *values: Component, css: str = "fact") -> Component:
    """A label and its value."""
    return html.Div([html.Dt(label), html.Dd(list(values))], className=css)


def price_card() -> Component:
    """The valuation price in large, and the other prices in small."""
    arrow = html.Span(className="arrow", **{"data-bind": "price-arrow", "aria-hidden": "true"})
    heading = html.H2([bound("price-label"), arrow], className="label")
    age = html.Span([bound("age"), " old"], className="old", hidden=True, **{"data-bind": "price-age"})
    lead = html.P([bound("price", "hero"), age], className="lead")
    names = {"bid": "Bid", "ask": "Ask", "last": "Last", "change": "24 h"}
    facts = html.Dl([fact(name, bound(key, "value")) for key, name in names.items()], className="facts")
    return html.Section([heading, lead, facts], className="card price", id="price-card")


def pnl_card() -> Component:
    """The unrealised PnL of the position."""
    aside = html.Span([bound("pnl-currency"), " ", bound("pnl-basis")], className="aside")
    heading = html.H2(["Unrealised PnL", aside, disagrees_badge()], className="label")
    lead = html.P(bound("pnl", "hero"), className="lead")
    facts = html.Dl(
        [
            fact("ROE", bound("roe", "value strong")),
            fact("Price since entry", bound("moved", "value")),
        ],
        className="facts",
    )
    return html.Section([heading, lead, facts], className="card pnl", id="pnl-card")


def disagrees_badge() -> Component:
    """The word that marks a position whose figures contradict the exchange's own."""
    return html.Span("DISAGREES", className="badge-disagrees", hidden=True, **{"data-bind": "disagrees"})


def risk_card() -> Component:
    """The risk status of the position, and its reason."""
    status = html.P(
        bound("risk", "risk"),
        className="lead",
        role="status",
        **{"aria-live": "polite", "aria-atomic": "true"},
    )
    gauge = html.Div(
        [html.Div([*_bands(), _marker()], className="gauge-scale", **{"data-bind": "ladder"})],
        className="gauge",
        **{"aria-hidden": "true"},
    )
    return html.Section(
        [html.H2("Risk", className="label"), status, gauge, bound("risk-why", "why", html.P)],
        className="card risk-card",
        id="risk-card",
    )


def ladder_card() -> Component:
    """The levels from liquidation to target, and the price between them."""
    rungs = [
        html.Li(
            [
                bound(f"{key}-name", "rung-name"),
                bound(f"{key}-away", "rung-away value"),
                bound(f"{key}-price", "rung-price value"),
            ],
            className=f"rung rung-{key}",
            hidden=True,
            **{"data-bind": f"rung-{key}"},
        )
        for key in LEVEL_NAMES
    ]
    marker = _marker(bound("price", "tag value"))
    ladder = html.Div(
        [html.Div(_bands(), className="rail"), html.Ul(rungs), marker],
        className="ladder",
        hidden=True,
        **{"data-bind": "ladder"},
    )
    heading = html.H2(["Ladder ", html.Span("not to scale", className="aside")], className="label")
    return html.Section(
        [heading, ladder, html.P(_NO_LADDER, className="empty", **{"data-bind": "no-ladder"})],
        className="card ladder-card",
        id="ladder-card",
    )


def chart_card() -> Component:
    """The price history with the levels."""
    choice = dbc.RadioItems(
        id="timeframe",
        name="timeframe",
        options=[{"label": name, "value": name} for name in TIMEFRAMES_MS],
        value="5m",
        inline=True,
        class_name="choice",
    )
    choice = html.Fieldset([html.Legend("Timeframe", className="visually-hidden"), choice])
    graph = dcc.Graph(
        id="chart",
        figure=EMPTY_FIGURE,
        config={"displayModeBar": False, "responsive": True, "showTips": False},
        responsive=True,
    )
    heading = html.Div(
        [html.H2(["Chart ", html.Span("UTC", className="aside")], className="label"), choice],
        className="heading",
    )
    canvas = html.Div(
        [graph, html.P("Loading…", id="chart-message", className="empty", role="status")], className="canvas"
    )
    return html.Section([heading, canvas], className="card chart-card", id="chart-card")


def position_card() -> Component:
    """The facts of the position, or the invitation to enter one."""
    small = {"margin": "margin-mode", "liquidation": "liquidation-source"}
    names = {
        "side": "Side",
        "size": "Size",
        "notional": "Notional",
        "margin": "Margin",
        "entry": "Entry",
        "mark": "Mark",
        "liquidation": "Liquidation",
        "source": "Source",
    }
    rows = [
        fact(
            name, bound(key, "value"), *([bound(small[key], "aside")] if key in small else []), css="row-fact"
        )
        for key, name in names.items()
    ]
    legs = html.P(["Also open: ", bound("legs")], className="legs", hidden=True, **{"data-bind": "legs-line"})
    facts = html.Div(html.Dl(rows), hidden=True, **{"data-bind": "position"})
    invitation = html.Div(
        [
            bound("invitation", "empty", html.P),
            dbc.Button("Enter a position", id="open-form-invited", color="primary", size="sm"),
        ],
        className="invitation",
        hidden=True,
        **{"data-bind": "no-position"},
    )
    disagreement = html.P(
        bound("disagreement"), className="disagreement", hidden=True, **{"data-bind": "disagreement-line"}
    )
    heading = html.H2(["Position", disagrees_badge()], className="label")
    return html.Section([heading, disagreement, facts, invitation, legs], className="card position-card")


def levels_card() -> Component:
    """The distance of each level, and the PnL of the position there."""
    head = html.Tr([html.Th("Level"), html.Th("Away"), html.Th("PnL there")])
    rows = [
        html.Tr(
            [
                html.Th(name, scope="row"),
                html.Td(bound(f"{key}-away", "value")),
                html.Td(bound(f"{key}-pnl", "value")),
            ],
            hidden=True,
            **{"data-bind": f"{key}-row"},
        )
        for key, name in reversed(LEVEL_NAMES.items())
        if key != "entry"
    ]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="levels")
    return html.Section(
        [html.H2("If the price reaches", className="label"), table],
        className="card levels-card",
        hidden=True,
        **{"data-bind": "levels"},
    )


def _bands() -> list[Component]:
    return [html.Div(className=f"band {name}", hidden=True, **{"data-bind": name}) for name in BANDS]


def _marker(*children: Component) -> Component:
    return html.Div(list(children), className="marker", **{"data-bind": "marker"})
