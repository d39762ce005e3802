"""AccountView: totals, position rows and event log, as a part of the view."""

from typing import Any

from dashboard.app.context import AppContext
from dashboard.clock import now_ms
from dashboard.formatting import whole_age
from dashboard.positions.position_book import PositionBook
from dashboard.web.views.notices import history_note
from dashboard.web.views.position_rows import RowCache, event_rows, totals, totals_note


class AccountView:
    """Renders the part of the view that is the same on every page.

    The key of a row is `#` and its label; its value is None after the position was closed. The key of the
    event log is `#`. Both are rendered by the table, not by data-bind.
    """

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._rows = RowCache()
        self._known_labels: set[str] = set()

    def view(self) -> dict[str, Any]:
        """Returns the current part of the view."""
        book = self._context.positions
        if not self._context.info().has_account:
            return {"positions:hidden": "1"}
        labels = book.labels
        rows = self._rows.rows({labels.label(key): live for key, live in book.get_all_positions().items()})
        self._known_labels |= rows.keys()
        summary = book.summary()
        disagreeing = sum(bool(row["disagrees"]) for row in rows.values())
        empty, history = "" if rows else _empty_text(book), history_note(book.accounts.values())
        return {
            "positions:hidden": "",
            "disagreeing": f"{disagreeing} DISAGREE{'S' * (disagreeing == 1)}" if disagreeing else "",
            "checked": _checked_text(book.read_at),
            "history": history,
            "history-line:hidden": "" if history else "1",
            "no-rows": empty,
            "no-rows-line:hidden": "" if empty else "1",
            "#": event_rows(book.events, labels),
            **{f"#{label}": rows.get(label) for label in self._known_labels},
            **totals(summary),
            **totals_note(summary),
        }


def _empty_text(book: PositionBook) -> str:
    if book.read_at is None:
        return "The account was not read yet: positions are unknown."
    return "No open position is known." if book.missing() else "No open position."


def _checked_text(read_at: int | None) -> str:
    """The age of the last comparison with the exchange's positions."""
    return "" if read_at is None else f"checked {whole_age(now_ms() - read_at)} ago"
