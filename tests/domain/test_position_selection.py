"""Manual entries, and the position of a market that is shown by default."""

import pytest

from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.position import Position, Side
from dashboard.domain.position_selection import ManualEntry, preferred
from tests.domain.builders import LONG, SHORT, entered, entered_long, position

LONG_LEG, SHORT_LEG = position(LONG, "2"), position(SHORT, "3")


@pytest.mark.parametrize(
    ("entry", "has_account", "is_shown"),
    [
        pytest.param(ManualEntry(entered_long()), True, True, id="entered now beats the account"),
        pytest.param(ManualEntry(entered_long(), is_restored=True), True, False, id="restored gives way"),
        pytest.param(ManualEntry(entered_long(), is_restored=True), False, True, id="restored, no account"),
        pytest.param(ManualEntry(entered(alert_price="95")), False, False, id="only levels"),
        pytest.param(ManualEntry(entered(side="long")), False, False, id="only a side"),
        pytest.param(ManualEntry(), False, False, id="nothing"),
    ],
)
def test_a_manual_position_is_shown_unless_it_gives_way(
    entry: ManualEntry, has_account: bool, is_shown: bool
) -> None:
    assert entry.is_shown(has_account=has_account) is is_shown


@pytest.mark.parametrize(
    ("position", "side"),
    [
        pytest.param(entered(side="long"), LONG, id="a side"),
        pytest.param(entered(side="long", alert_price="99"), LONG, id="a side with levels"),
        pytest.param(entered_long(), None, id="a whole position chooses nothing among the exchange's"),
        pytest.param(ManualPosition(), None, id="nothing"),
    ],
)
def test_a_side_entered_alone_chooses_among_the_legs(position: ManualPosition, side: Side | None) -> None:
    assert ManualEntry(position).wished_side is side


@pytest.mark.parametrize(
    ("legs", "side", "shown"),
    [
        pytest.param((LONG_LEG, SHORT_LEG), None, SHORT_LEG, id="the larger"),
        pytest.param((SHORT_LEG, LONG_LEG), None, SHORT_LEG, id="in any order"),
        pytest.param((LONG_LEG, SHORT_LEG), LONG, LONG_LEG, id="the wished side"),
        pytest.param((LONG_LEG,), SHORT, None, id="no leg on the wished side"),
        pytest.param((), None, None, id="flat"),
    ],
)
def test_the_preferred_leg(legs: tuple[Position, ...], side: Side | None, shown: Position | None) -> None:
    assert preferred(legs, side) is shown
