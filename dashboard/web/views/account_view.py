"""What the page shows of the whole account, as a part of the view: totals, rows, events."""

from typing import Any

from dashboard.app.context import AppContext
from dashboard.clock import now_ms
from dashboard.formatting import whole_age
from dashboard.web.views.position_rows import RowCache, happened, totals


class AccountView:
    """Makes the account's part of a view.

    A row stands under `#` and its label, and is None once its position is gone; the list of events
    stands under `#`. Neither is painted by data-bind.
    """

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._rows = RowCache()
        self._told: set[str] = set()

    def view(self) -> dict[str, Any]:
        """The part as it is now."""
        board = self._context.board
        if not self._context.about().has_account:
            return {"positions:hidden": "1"}
        rows = self._rows.of(board.get_all_positions())
        self._told |= rows.keys()
        empty = "" if rows else _why_empty(board.health.read_at)
        return {
            "positions:hidden": "",
            "checked": _checked(board.health.read_at),
            "no-rows": empty,
            "no-rows-line:hidden": "" if empty else "1",
            "#": happened(board.events),
            **{f"#{label}": rows.get(label) for label in self._told},
            **totals(board.summary()),
        }


def _why_empty(read_at: int | None) -> str:
    return (
        "No open position." if read_at is not None else "The account was not read yet: positions are unknown."
    )


def _checked(read_at: int | None) -> str:
    """When the exchange's own positions were last compared."""
    return "" if read_at is None else f"checked {whole_age(now_ms() - read_at)} ago"
