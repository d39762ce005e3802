"""What a page shows, by the position that it looks at: the market's view and the account's."""

from typing import Any

from dashboard.app.context import AppContext
from dashboard.clock import now_ms
from dashboard.web.page_version import page_version
from dashboard.web.views.account_view import AccountView
from dashboard.web.views.market_view import view
from dashboard.web.views.selected_position import label_of, snapshot_of


class PageView:
    """Makes whole views for stream and interval alike."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._account = AccountView(context)

    def view(self, focus: str | None) -> dict[str, Any]:
        """Everything on a page that looks at the position labelled `focus`, or at the main market."""
        snapshot = snapshot_of(self._context, focus)
        main = snapshot.instrument is None or snapshot.instrument.symbol == self._context.markets.symbol
        return {
            **view(snapshot, self._context, now_ms()),
            **self._account.view(),
            "focus": label_of(self._context, snapshot),
            "edition": page_version(self._context.about()),
            "position-button:hidden": "" if main else "1",
        }
