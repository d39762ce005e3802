"""The account's part of the view."""

from dashboard.domain.events import AccountSnapshot
from dashboard.web.views.account_view import AccountView
from tests.web.scenes import Scene


def test_missing_history_is_shown_until_it_is_read() -> None:
    scene = Scene(account=True).resolve().price("67482.1")
    account = AccountView(scene.context)
    assert account.view()["history-line:hidden"] == "1"
    scene.account_reports(AccountSnapshot(scene.clock(), 1_000, (), history="3 of 12 markets read"))
    shown = account.view()
    note = "History: 3 of 12 markets read. Realised PnL, fees and funding are incomplete."
    assert (shown["history"], shown["history-line:hidden"]) == (note, "")
    scene.account_holds()
    assert account.view()["history-line:hidden"] == "1"
