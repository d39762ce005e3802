"""The form for a manual position: an input and an error message for each field of ManualPosition."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

PRICES = {
    "entry_price": "Entry price",
    "liquidation_price": "Liquidation price",
    "trap_low": "Trap zone from",
    "trap_high": "Trap zone to",
    "alert_price": "Alert price",
    "take_profit": "Take profit",
    "stop_loss": "Stop loss",
}
TEXT_FIELDS = ("entry_price", "amount", "leverage", *(name for name in PRICES if name != "entry_price"))
"""The text fields in the order of the page. `amount` is a size or a quantity, depending on `amount_is`."""
_HINTS = {
    "liquidation_price": "Empty: the exchange's, or an estimate.",
    "alert_price": "Empty: a quarter of the way from liquidation to entry.",
}


def field_id(name: str) -> str:
    """The id of a field's input."""
    return f"field-{name.replace('_', '-')}"


def error_id(name: str) -> str:
    """The id of the message below a field."""
    return f"error-{name.replace('_', '-')}"


def position_form() -> Component:
    """The drawer with the form; a callback fills it when it opens."""
    body = dbc.Form(
        [
            _choice("side", "Side", {"long": "Long", "short": "Short", "": "As on the exchange"}),
            html.Div(
                [_field("entry_price", "Entry price"), _field("leverage", "Leverage")], className="pair"
            ),
            _field("amount", "Amount in coins"),
            _choice("amount_is", "The amount is", {"size": "full size", "quantity": "before leverage"}),
            html.Hr(),
            _field("liquidation_price", PRICES["liquidation_price"]),
            html.Div([_field(name, PRICES[name]) for name in ("trap_low", "trap_high")], className="pair"),
            _field("alert_price", PRICES["alert_price"]),
            html.Div([_field(name, PRICES[name]) for name in ("take_profit", "stop_loss")], className="pair"),
            html.P(id="error-form", className="form-error", role="alert"),
            _buttons(),
        ],
        id="position-form",
    )
    note = html.P(
        "Levels alone apply to the exchange's position. Nothing here places an order.", className="note"
    )
    return dbc.Offcanvas(
        [note, body],
        id="drawer",
        title="Position",
        placement="end",
        is_open=False,
        keyboard=True,
        autofocus=True,
    )


def _buttons() -> Component:
    return html.Div(
        [
            dbc.Button("Save", type="submit", color="primary", id="save"),
            dbc.Button("Clear", id="clear", color="secondary", outline=True),
        ],
        className="buttons",
    )


def _choice(name: str, label: str, options: dict[str, str]) -> Component:
    return html.Fieldset(
        [
            html.Legend(label, className="label"),
            dbc.RadioItems(
                id=field_id(name),
                name=name,
                options=[{"label": text, "value": value} for value, text in options.items()],
                value=next(iter(options)),
                inline=True,
                class_name="choice",
            ),
            html.P(id=error_id(name), className="field-error", role="alert"),
        ]
    )


def _field(name: str, label: str) -> Component:
    hint = [html.Small(_HINTS[name], className="hint")] if name in _HINTS else []
    return html.Div(
        [
            dbc.Label(label, html_for=field_id(name), class_name="label"),
            dbc.Input(id=field_id(name), type="text", inputmode="decimal", autocomplete="off"),
            html.P(id=error_id(name), className="field-error", role="alert"),
            *hint,
        ],
        className="field",
    )
