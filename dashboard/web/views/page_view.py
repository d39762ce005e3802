"""PageView: the complete view of a page with a selected position."""

from dataclasses import replace
from typing import Any

from dashboard.app.context import AppContext, EngineInfo
from dashboard.clock import now_ms
from dashboard.web.page_version import page_version
from dashboard.web.views.account_view import AccountView
from dashboard.web.views.market_view import market_view
from dashboard.web.views.selected_position import SelectedPosition, select


class PageView:
    """Renders complete views, for the websocket and for polling."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._account = AccountView(context)

    def view(self, label: str | None) -> dict[str, Any]:
        """Returns the view of a page that selects the position with this label; None is the main market."""
        context = self._context
        selected, info = select(context, label), context.info()
        return {
            **market_view(selected, _info_of(selected, context, info), now_ms()),
            **self._account.view(),
            "focus": selected.label if info.has_account and selected.market.instrument else "",
            "edition": page_version(info),
            "position-button:hidden": "" if context.markets.is_main(selected.market.key) else "1",
        }


def _info_of(selected: SelectedPosition, context: AppContext, info: EngineInfo) -> EngineInfo:
    """The facts of the engine, with the exchange of the selected market."""
    exchange = selected.market.key.exchange
    return info if exchange == context.markets.main_key.exchange else replace(info, exchange=exchange.title())
