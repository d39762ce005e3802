"""Callbacks of the position form: it is filled when it opens, and shows each error at its field."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, no_update

from dashboard.app.context import AppContext
from dashboard.errors import DashboardError, PositionError
from dashboard.web.components.position_form import PRICES, TEXT_FIELDS, error_id, field_id

CHOICES = ("side", "amount_is")
FIELDS = (*CHOICES, *TEXT_FIELDS)
_ERROR_PLACES = ("form", "side", *TEXT_FIELDS)
"""Places of the form that can show an error."""


def register_form_callbacks(app: Dash, context: AppContext) -> None:
    """Registers the callbacks of the form."""
    _register_opening(app, context)
    _register_saving(app, context)
    app.clientside_callback(ClientsideFunction("dashboard", "focusField"), Input("form-focus", "data"))


def _register_opening(app: Dash, context: AppContext) -> None:
    async def open_form(_clicks: int, _invited: int) -> tuple[Any, ...]:
        manual = context.positions.manual_in(context.markets.main_key).position
        values = form_values(manual.to_fields(), side="" if context.info().has_account else "long")
        return (True, "field-entry-price", *(values[name] for name in FIELDS), *_errors(None))

    app.callback(
        Output("drawer", "is_open"),
        Output("form-focus", "data"),
        *(Output(field_id(name), "value") for name in FIELDS),
        *_error_outputs(allow_duplicate=False),
        Input("open-form", "n_clicks"),
        Input("open-form-invited", "n_clicks"),
        prevent_initial_call=True,
    )(open_form)


def _register_saving(app: Dash, context: AppContext) -> None:
    async def save(_submits: int, _clears: int, *values: str | None) -> tuple[Any, ...]:
        clear = ctx.triggered_id == "clear"
        try:
            await context.enter({} if clear else position_fields(dict(zip(FIELDS, values, strict=True))))
        except DashboardError as error:  # includes a position that is shown but could not be stored
            return (no_update, field_id(error_place(error)), *_errors(error))
        return (False, no_update, *_errors(None))

    app.callback(
        Output("drawer", "is_open", allow_duplicate=True),
        Output("form-focus", "data", allow_duplicate=True),
        *_error_outputs(allow_duplicate=True),
        Input("position-form", "n_submit"),
        Input("clear", "n_clicks"),
        *(State(field_id(name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )(save)


def form_values(entered: Mapping[str, str], side: str) -> dict[str, str | None]:
    """Converts the fields of a ManualPosition to the values of the form; `side` is the default."""
    values: dict[str, str | None] = {name: entered.get(name, "") for name in TEXT_FIELDS}
    values["amount"] = entered.get("quantity") or entered.get("size", "")
    values["amount_is"] = "quantity" if "quantity" in entered else "size"
    values["side"] = entered.get("side", side)
    return values


def position_fields(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """Converts the values of the form to the fields of a ManualPosition."""
    fields = {name: values[name] for name in TEXT_FIELDS if name != "amount"}
    return fields | {"side": values["side"], values["amount_is"] or "size": values["amount"]}


def error_place(error: DashboardError) -> str:
    """The field of the form that shows the error; `form` where it concerns no single field."""
    field = error.field if isinstance(error, PositionError) else None
    if field in ("size", "quantity"):
        return "amount"
    return field if field in _ERROR_PLACES and field else "form"


def error_sentence(error: DashboardError) -> str:
    """The message with the labels of the form in place of flags, capitalised."""
    text = str(error)
    for name in PRICES:
        text = text.replace(name.replace("_", "-"), name.replace("_", " "))
    return text[:1].upper() + text[1:]


def _error_outputs(*, allow_duplicate: bool) -> list[Output]:
    texts = [Output(error_id(name), "children", allow_duplicate=allow_duplicate) for name in _ERROR_PLACES]
    marks = [Output(field_id(name), "invalid", allow_duplicate=allow_duplicate) for name in TEXT_FIELDS]
    return [*texts, *marks]


def _errors(error: DashboardError | None) -> Sequence[str | bool]:
    """The values of `_error_outputs`."""
    place = error_place(error) if error else None
    texts = [error_sentence(error) if error and name == place else "" for name in _ERROR_PLACES]
    return [*texts, *(name == place for name in TEXT_FIELDS)]
