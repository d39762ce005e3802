"""The account's positions: the totals, the table and the list of events."""

from typing import Any

import dash_ag_grid as dag
import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard.web.components.cards import bound, fact

_TOTALS = {
    "sum-unrealized": "Unrealised",
    "sum-realized": "Realised",
    "sum-total": "Total",
    "sum-exposure": "Exposure",
}
_COLUMNS = {
    "size": ("Size", 104),
    "entry": ("Entry", 96),
    "mark": ("Mark", 112),
    "pnl": ("uPnL", 98),
    "roe": ("ROE", 88),
    "realized": ("Realised", 98),
    "fees": ("Fees", 78),
    "funding": ("Funding", 88),
    "liquidation": ("Liquidation", 108),
    "away": ("Away", 88),
}
"""Numeric columns: header and minimum width in pixels."""
_THEME = (
    "themeQuartz.withParams({backgroundColor: 'var(--surface)', foregroundColor: 'var(--text)',"
    "headerBackgroundColor: 'var(--surface)', headerTextColor: 'var(--dim)', borderColor: 'var(--line)',"
    "accentColor: 'var(--accent)', rowHoverColor: 'var(--raised)', fontFamily: 'inherit', fontSize: 13,"
    "headerFontSize: 12, wrapperBorder: false, spacing: 6})"
)


def positions_card() -> Component:
    """The table of all open positions; hidden without an account."""
    count = html.Span([bound("sum-count"), " open"], className="aside")
    button = dbc.Button("Reconcile", id="reconcile", class_name="quiet", size="sm")
    title = html.H2(
        ["Positions", count, bound("checked", "aside"), bound("disagreeing", "badge-disagrees")],
        className="label",
    )
    heading = html.Div([title, button], className="heading")
    sums = html.Dl([fact(name, bound(key, "value")) for key, name in _TOTALS.items()], className="facts sums")
    note = html.P(bound("sum-note"), className="hint", hidden=True, **{"data-bind": "sum-note-line"})
    history = html.P(bound("history"), className="hint", hidden=True, **{"data-bind": "history-line"})
    empty = html.P(bound("no-rows"), className="empty", hidden=True, **{"data-bind": "no-rows-line"})
    return html.Section(
        [heading, sums, note, history, html.Div(_grid(), className="grid"), empty],
        className="card positions-card",
        hidden=True,
        **{"data-bind": "positions"},
    )


def events_card() -> Component:
    """The latest events, newest first."""
    return html.Section(
        [html.H2(["Events", html.Span("UTC", className="aside")], className="label"), html.Ol(id="events")],
        className="card events-card",
        hidden=True,
        **{"data-bind": "positions"},
    )


def _grid() -> Component:
    return dag.AgGrid(
        id="positions",
        columnDefs=[*_text_columns(), *_number_columns(), *_status_columns()],
        rowData=[],
        getRowId="params.data.label",
        defaultColDef={"sortable": True, "filter": True, "resizable": True, "minWidth": 70},
        dashGridOptions={
            "theme": {"function": _THEME},
            "domLayout": "autoHeight",
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "animateRows": False,
            "suppressNoRowsOverlay": True,
            "suppressColumnVirtualisation": True,
            "rowClassRules": {"stale-row": "params.data.isStale"},
        },
        className="",
        style={"height": None},
    )


def _text_columns() -> list[dict[str, Any]]:
    symbol = {
        "field": "symbol",
        "headerName": "Symbol",
        "pinned": "left",
        "width": 118,
        "cellRenderer": "PositionName",
    }
    return [
        symbol,
        {"field": "side", "headerName": "Side", "width": 98, "cellClass": {"function": "toneOf(params)"}},
    ]


def _number_columns() -> list[dict[str, Any]]:
    return [
        {
            "field": f"{name}#",
            "colId": name,
            "headerName": header,
            "width": width,
            "type": "rightAligned",
            "filter": "agNumberColumnFilter",
            "valueFormatter": {"function": "textOf(params)"},
            "cellClass": {"function": "toneOf(params)"},
        }
        for name, (header, width) in _COLUMNS.items()
    ]


def _status_columns() -> list[dict[str, Any]]:
    age = {"field": "age", "headerName": "Age", "width": 66, "type": "rightAligned", "filter": False}
    return [
        {"field": "risk", "headerName": "Risk", "width": 142, "cellRenderer": "PositionRisk"},
        age | {"valueFormatter": {"function": "ageOf(params)"}},
    ]
