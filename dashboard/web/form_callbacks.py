"""Wiring of the position form: it is filled when it opens, and says at each field what is wrong there."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, no_update

from dashboard.app.context import AppContext
from dashboard.errors import DashboardError, PositionError
from dashboard.web.components.position_form import PRICES, TEXT_FIELDS, error_id, field_id

CHOICES = ("side", "amount_is")
FIELDS = (*CHOICES, *TEXT_FIELDS)
_PLACES = ("form", "side", *TEXT_FIELDS)
"""Where a message can stand."""


def wire_form(app: Dash, context: AppContext) -> None:
    """Registers the callbacks of the form."""
    _wire_opening(app, context)
    _wire_saving(app, context)
    app.clientside_callback(ClientsideFunction("context", "focus"), Input("form-focus", "data"))


def _wire_opening(app: Dash, context: AppContext) -> None:
    async def opened(_clicks: int, _invited: int) -> tuple[Any, ...]:
        manual = context.positions.manual_in(context.markets.main_key).position
        values = fill(manual.to_fields(), side="" if context.info().has_account else "long")
        return (True, "field-entry-price", *(values[name] for name in FIELDS), *_said(None))

    app.callback(
        Output("drawer", "is_open"),
        Output("form-focus", "data"),
        *(Output(field_id(name), "value") for name in FIELDS),
        *_messages(allow_duplicate=False),
        Input("open-form", "n_clicks"),
        Input("open-form-invited", "n_clicks"),
        prevent_initial_call=True,
    )(opened)


def _wire_saving(app: Dash, context: AppContext) -> None:
    async def saved(_submits: int, _clears: int, *values: str | None) -> tuple[Any, ...]:
        clear = ctx.triggered_id == "clear"
        try:
            await context.enter({} if clear else read(dict(zip(FIELDS, values, strict=True))))
        except DashboardError as error:  # also: shown, but not kept
            return (no_update, field_id(place_of(error)), *_said(error))
        return (False, no_update, *_said(None))

    app.callback(
        Output("drawer", "is_open", allow_duplicate=True),
        Output("form-focus", "data", allow_duplicate=True),
        *_messages(allow_duplicate=True),
        Input("position-form", "n_submit"),
        Input("clear", "n_clicks"),
        *(State(field_id(name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )(saved)


def fill(entered: Mapping[str, str], side: str) -> dict[str, str | None]:
    """What stands in the form's fields for the fields of `Entered`; `side` where it has none."""
    values: dict[str, str | None] = {name: entered.get(name, "") for name in TEXT_FIELDS}
    values["amount"] = entered.get("quantity") or entered.get("size", "")
    values["amount_is"] = "quantity" if "quantity" in entered else "size"
    values["side"] = entered.get("side", side)
    return values


def read(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """The fields of `Entered` for what stands in the form's fields."""
    fields = {name: values[name] for name in TEXT_FIELDS if name != "amount"}
    return fields | {"side": values["side"], values["amount_is"] or "size": values["amount"]}


def place_of(error: DashboardError) -> str:
    """The field of the form at which an error is shown; `form` where it concerns no single one."""
    field = error.field if isinstance(error, PositionError) else None
    if field in ("size", "quantity"):
        return "amount"
    return field if field in _PLACES and field else "form"


def words(error: DashboardError) -> str:
    """The message as a sentence of the page, where a field has words for a name and not a flag."""
    text = str(error)
    for name in PRICES:
        text = text.replace(name.replace("_", "-"), name.replace("_", " "))
    return text[:1].upper() + text[1:]


def _messages(*, allow_duplicate: bool) -> list[Output]:
    texts = [Output(error_id(name), "children", allow_duplicate=allow_duplicate) for name in _PLACES]
    marks = [Output(field_id(name), "invalid", allow_duplicate=allow_duplicate) for name in TEXT_FIELDS]
    return [*texts, *marks]


def _said(error: DashboardError | None) -> Sequence[str | bool]:
    place = place_of(error) if error else None
    texts = [words(error) if error and name == place else "" for name in _PLACES]
    return [*texts, *(name == place for name in TEXT_FIELDS)]
