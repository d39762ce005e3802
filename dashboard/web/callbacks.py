"""Callbacks of the page: those on the server, and those that run in the browser alone."""

from contextlib import suppress
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from dashboard.app.context import AppContext
from dashboard.clock import wall_ms
from dashboard.errors import DashboardError
from dashboard.web.callback_requests import InvalidCallback
from dashboard.web.form_callbacks import register_form_callbacks
from dashboard.web.views.chart_figure import TIMEFRAMES_MS, candle_figure
from dashboard.web.views.page_view import PageView
from dashboard.web.views.selected_position import select


def register_callbacks(app: Dash, context: AppContext, page_view: PageView) -> None:
    """Registers every callback of the page."""
    _register_view(app, page_view)
    _register_chart(app, context)
    _register_reconcile(app, context)
    _register_theme(app)
    register_form_callbacks(app, context)


def _register_view(app: Dash, page_view: PageView) -> None:
    async def poll_view(requested_at: int, selected: str | None) -> dict[str, Any]:
        return {"requested_at": requested_at, "selected": selected, "view": page_view.view(selected)}

    app.clientside_callback(
        ClientsideFunction("dashboard", "requestTime"),
        Output("requested-at", "data"),
        Input("poll", "n_intervals"),
    )
    app.callback(Output("view", "data"), Input("requested-at", "data"), State("selected-position", "data"))(
        poll_view
    )
    app.clientside_callback(ClientsideFunction("dashboard", "mount"), Input("poll", "id"))
    app.clientside_callback(ClientsideFunction("dashboard", "applyAnswer"), Input("view", "data"))


def _register_chart(app: Dash, context: AppContext) -> None:
    async def history(
        timeframe: str | None, selected: str | None, _refreshes: Any, _retries: int | None
    ) -> tuple[Any, str, bool]:
        if timeframe not in TIMEFRAMES_MS:
            raise InvalidCallback(f"unknown timeframe: send one of {', '.join(TIMEFRAMES_MS)}")
        return await price_history(context, timeframe, selected)

    app.callback(
        Output("history", "data"),
        Output("chart-message", "children"),
        Output("chart-retry", "disabled"),
        Input("timeframe", "value"),
        Input("selected-position", "data"),
        Input("chart-refresh", "data"),
        Input("chart-retry", "n_intervals"),
        running=[(Output("chart-card", "className"), "card chart-card loading", "card chart-card")],
    )(history)
    app.clientside_callback(
        ClientsideFunction("dashboard", "chartFigure"),
        Output("chart", "figure"),
        Input("history", "data"),
        Input("theme", "data"),
        prevent_initial_call=True,
    )


async def price_history(
    context: AppContext, timeframe: str, selected: str | None = None
) -> tuple[Any, str, bool]:
    """Returns the figure, the message in its place, and whether the retry timer is disabled."""
    position = select(context, selected)
    market = position.market
    if market.instrument is None:
        return no_update, "Waiting for the exchange…", True  # the page asks again once it is known
    try:
        candles = await context.candles(timeframe, market.key)
    except DashboardError as error:
        return no_update, f"No price history: {error}", False
    if not candles:
        return no_update, f"{context.exchange} has no price history for {timeframe}.", False
    figure = candle_figure(candles, position.levels, market.instrument.price_step, timeframe)
    # The browser opens new candles by the server's clock, since its own may be wrong.
    figure["layout"]["meta"]["now"] = wall_ms()
    return figure, "", True


def _register_reconcile(app: Dash, context: AppContext) -> None:
    async def reconcile(_clicks: int) -> Any:
        with suppress(DashboardError):  # the page already shows that the feed does not answer
            await context.reconcile()
        return no_update

    app.callback(Output("reconcile", "title"), Input("reconcile", "n_clicks"), prevent_initial_call=True)(
        reconcile
    )


def _register_theme(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("dashboard", "theme"), Output("theme", "data"), Input("theme-toggle", "n_clicks")
    )
