"""Layout of the live page, in the order of a phone; the stylesheet arranges it on wider screens."""

import json
from collections.abc import Callable

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.app.context import AppContext
from dashboard.domain.environment import Environment
from dashboard.web.components.cards import (
    bound,
    chart_card,
    ladder_card,
    levels_card,
    pnl_card,
    position_card,
    price_card,
    risk_card,
)
from dashboard.web.components.position_form import position_form
from dashboard.web.components.positions_table import events_card, positions_card
from dashboard.web.page_version import page_version
from dashboard.web.views.market_view import SERVER_GONE

_POLL_INTERVAL_MS = 1_000
"""Interval of polling without a websocket; the browser lengthens it while one is open."""

_CHART_RETRY_MS = 15_000
"""Interval of the retries after candles could not be loaded."""

_BADGES = {Environment.DEMO: "Demo", Environment.TESTNET: "Testnet"}


def page_layout(context: AppContext, may_log_out: Callable[[], bool]) -> Component:
    """Returns the whole page. Dash calls this for each load."""
    return html.Div(
        [
            html.A("Skip to the figures", href="#figures", className="skip"),
            _header(context.environment, may_log_out()),
            html.Main(_cards(), id="figures", className="cards", tabIndex=-1),
            _notices(),
            position_form(),
            *_hidden_components(),
        ],
        id="page",
        className=f"page environment-{context.environment}",
        **{"data-edition": page_version(context.info())},
    )


def _header(environment: Environment, may_log_out: bool) -> Component:
    name = html.Div(
        [html.H1(bound("pair")), bound("market", "market"), *_badge(environment)], className="name"
    )
    state = html.Div(
        [
            html.Span(bound("state", "state"), role="status", **{"aria-live": "polite"}),
            bound("age", "age value"),
            bound("clock", "clock value"),
        ],
        className="feed",
    )
    theme = dbc.Button(
        html.Span("Change between dark and light", className="visually-hidden"),
        id="theme-toggle",
        class_name="quiet theme",
    )
    position = html.Span(
        dbc.Button("Position", id="open-form", class_name="quiet"), **{"data-bind": "position-button"}
    )
    actions = [theme, position, *_log_out(may_log_out)]
    return html.Header([name, state, html.Div(actions, className="actions")], className="top")


def _log_out(allowed: bool) -> list[Component]:
    if not allowed:
        return []
    button = html.Button(html.Span("Log out"), type="submit", className="btn btn-primary quiet log-out")
    return [html.Form(button, action="/logout", method="POST")]


def _badge(environment: Environment) -> list[Component]:
    if environment not in _BADGES:
        return []
    return [html.Span([_BADGES[environment], html.Span(" · not real money")], className="badge-environment")]


def _notices() -> Component:
    return html.Div(
        [
            bound("feed-notice", "notice", html.P, hidden=True),
            bound("account-notice", "notice", html.P, hidden=True),
            bound("withheld-notice", "notice", html.P, hidden=True),
        ],
        className="notices",
        role="status",
    )


def _cards() -> list[Component]:
    facts = html.Div([position_card(), levels_card()], className="side")
    cards = [price_card(), pnl_card(), risk_card(), facts, ladder_card(), chart_card()]
    return [*cards, positions_card(), events_card()]


def _hidden_components() -> list[Component]:
    """The polling timers, and the stores between server and browser."""
    return [
        dcc.Interval(id="poll", interval=_POLL_INTERVAL_MS),
        dcc.Interval(id="chart-retry", interval=_CHART_RETRY_MS, disabled=True),
        dcc.Store(id="requested-at"),
        dcc.Store(id="view"),
        dcc.Store(id="selected-position"),
        dcc.Store(id="theme"),
        dcc.Store(id="history"),
        dcc.Store(id="chart-refresh"),
        dcc.Store(id="form-focus"),
        html.Div(id="server-gone", hidden=True, **{"data-view": json.dumps(SERVER_GONE)}),
    ]
