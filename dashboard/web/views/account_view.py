"""AccountView: totals, rows and events of all accounts, as a part of the view."""

from typing import Any

from dashboard.app.context import AppContext
from dashboard.clock import now_ms
from dashboard.formatting import whole_age
from dashboard.positions.position_book import PositionBook
from dashboard.web.views.position_rows import RowCache, event_rows, totals


class AccountView:
    """Makes the accounts' part of a view.

    A row stands under `#` and its label, and is None once its position is gone; the list of events
    stands under `#`. Neither is painted by data-bind.
    """

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._rows = RowCache()
        self._shown: set[str] = set()

    def view(self) -> dict[str, Any]:
        """Returns the part as it is now."""
        book = self._context.positions
        if not self._context.info().has_account:
            return {"positions:hidden": "1"}
        labels = book.labels
        rows = self._rows.rows({labels.label(key): live for key, live in book.get_all_positions().items()})
        self._shown |= rows.keys()
        read_at = _oldest_reading(book)
        empty = "" if rows else _why_empty(read_at)
        return {
            "positions:hidden": "",
            "checked": _checked(read_at),
            "no-rows": empty,
            "no-rows-line:hidden": "" if empty else "1",
            "#": event_rows(book.events, labels),
            **{f"#{label}": rows.get(label) for label in self._shown},
            **totals(book.summary()),
        }


def _oldest_reading(book: PositionBook) -> int | None:
    """Time up to which every account was read; None while one of them was not."""
    times = [health.read_at for health in book.accounts.values()]
    known = [at for at in times if at is not None]
    return min(known) if known and len(known) == len(times) else None


def _why_empty(read_at: int | None) -> str:
    return (
        "No open position." if read_at is not None else "The account was not read yet: positions are unknown."
    )


def _checked(read_at: int | None) -> str:
    """Age of the last comparison with the exchange's own positions."""
    return "" if read_at is None else f"checked {whole_age(now_ms() - read_at)} ago"
