"""What a page shows, by the position that it looks at: the market's view and the account's."""

from typing import Any

from dashboard.clock import now_ms
from dashboard.desk import Desk
from dashboard.web.account_view import AccountView
from dashboard.web.edition import edition
from dashboard.web.focus import label_of, snapshot_of
from dashboard.web.view import view


class Look:
    """Makes whole views for stream and interval alike."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._account = AccountView(desk)

    def view(self, focus: str | None) -> dict[str, Any]:
        """Everything on a page that looks at the position labelled `focus`, or at the main market."""
        snapshot = snapshot_of(self._desk, focus)
        main = snapshot.instrument is None or snapshot.instrument.symbol == self._desk.markets.symbol
        return {
            **view(snapshot, self._desk, now_ms()),
            **self._account.view(),
            "focus": label_of(self._desk, snapshot),
            "edition": edition(self._desk.about()),
            "position-button:hidden": "" if main else "1",
        }
