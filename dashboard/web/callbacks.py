"""Wiring of the page: what the browser asks of the server, and what runs in the browser alone."""

from contextlib import suppress
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from dashboard.app.context import AppContext
from dashboard.clock import wall_ms
from dashboard.errors import DashboardError
from dashboard.web.form_callbacks import wire_form
from dashboard.web.views.chart_figure import candle_figure
from dashboard.web.views.page_view import PageView
from dashboard.web.views.selected_position import select


def wire(app: Dash, context: AppContext, look: PageView) -> None:
    """Registers every callback of the page."""
    _wire_view(app, look)
    _wire_chart(app, context)
    _wire_reconcile(app, context)
    _wire_theme(app)
    wire_form(app, context)


def _wire_view(app: Dash, look: PageView) -> None:
    async def seen(asked: int, focus: str | None) -> dict[str, Any]:
        return {"asked": asked, "focus": focus, "view": look.view(focus)}

    app.clientside_callback(
        ClientsideFunction("context", "ask"), Output("asked", "data"), Input("beat", "n_intervals")
    )
    app.callback(Output("view", "data"), Input("asked", "data"), State("focus", "data"))(seen)
    app.clientside_callback(ClientsideFunction("context", "mounted"), Input("beat", "id"))
    app.clientside_callback(ClientsideFunction("context", "heard"), Input("view", "data"))


def _wire_chart(app: Dash, context: AppContext) -> None:
    async def history(
        timeframe: str, focus: str | None, _wanted: Any, _retries: int | None
    ) -> tuple[Any, str, bool]:
        return await price_history(context, timeframe, focus)

    app.callback(
        Output("history", "data"),
        Output("chart-message", "children"),
        Output("chart-retry", "disabled"),
        Input("timeframe", "value"),
        Input("focus", "data"),
        Input("chart-wanted", "data"),
        Input("chart-retry", "n_intervals"),
        running=[(Output("chart-card", "className"), "card chart-card loading", "card chart-card")],
    )(history)
    app.clientside_callback(
        ClientsideFunction("context", "chart"),
        Output("chart", "figure"),
        Input("history", "data"),
        Input("theme", "data"),
        prevent_initial_call=True,
    )


async def price_history(
    context: AppContext, timeframe: str, focus: str | None = None
) -> tuple[Any, str, bool]:
    """The figure to draw, what to say instead, and whether asking again has no point."""
    selected = select(context, focus)
    if selected.market.instrument is None:
        return no_update, "Waiting for the exchange…", True  # the page asks again when it is there
    try:
        candles = await context.candles(timeframe, selected.market.key)
    except DashboardError as error:
        return no_update, f"No price history: {error}", False
    if not candles:
        return no_update, f"{context.exchange} has no price history for {timeframe}.", False
    figure = candle_figure(candles, selected.levels, selected.market.instrument.price_step, timeframe)
    # The browser's clock may be wrong: it opens new candles by the server's.
    figure["layout"]["meta"]["now"] = wall_ms()
    return figure, "", True


def _wire_reconcile(app: Dash, context: AppContext) -> None:
    async def reconcile(_clicks: int) -> Any:
        with suppress(DashboardError):  # the page says by itself that the feed is not heard
            await context.reconcile()
        return no_update

    app.callback(Output("reconcile", "title"), Input("reconcile", "n_clicks"), prevent_initial_call=True)(
        reconcile
    )


def _wire_theme(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("context", "theme"), Output("theme", "data"), Input("theme-toggle", "n_clicks")
    )
