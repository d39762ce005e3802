"""Levels of a position: reported by the exchange, entered by the user, or estimated."""

from decimal import Decimal

import pytest

from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.margin import MarginTier
from dashboard.domain.position import Position, Source
from dashboard.domain.position_levels import levels_of
from tests.domain.builders import LONG, SHORT, dec, entered, entered_long, instrument, position

OF = instrument()
LONG_LEG, SHORT_LEG = position(LONG, "2"), position(SHORT, "3")


def isolated(*, entry: str = "100", leverage: str | None = "10", **more: str) -> Position:
    return position(LONG, entry=entry, leverage=leverage, margin_mode="isolated", **more)


@pytest.mark.parametrize(
    ("wished", "shown", "applied"),
    [
        pytest.param(entered(alert_price="95"), LONG_LEG, True, id="for any side"),
        pytest.param(entered(side="long", alert_price="95"), LONG_LEG, True, id="for its side"),
        pytest.param(entered(side="short", alert_price="95"), LONG_LEG, False, id="for the other side"),
        pytest.param(entered_long(alert_price="95"), SHORT_LEG, False, id="a kept long's, for a short"),
    ],
)
def test_levels_apply_to_their_side_only(wished: ManualPosition, shown: Position, applied: bool) -> None:
    assert levels_of(shown, wished, ()).alert == (Decimal(95) if applied else None)


def test_levels_come_from_the_position_and_the_user() -> None:
    wished = entered(trap_low="90", trap_high="95", alert_price="85", take_profit="120", stop_loss="88")
    levels = levels_of(position(LONG, entry="100", liquidation="80"), wished, ())
    assert (levels.side, levels.entry, levels.liquidation, levels.liquidation_is_estimate) == (
        LONG,
        100,
        80,
        False,
    )
    assert (levels.trap_low, levels.trap_high, levels.alert) == (90, 95, 85)
    assert (levels.take_profit, levels.stop_loss) == (120, 88)


def test_an_alert_on_the_winning_side_is_dropped() -> None:
    """A short's alert, entered without a side: the exchange's position turns out to be a long."""
    levels = levels_of(position(LONG, entry="100", liquidation="80"), entered(alert_price="130"), ())
    assert levels.emergency is not None
    assert levels.emergency < 100


@pytest.mark.parametrize(
    ("wished", "held", "liquidation"),
    [
        pytest.param(entered(liquidation_price="85"), position(LONG, liquidation="80"), "85", id="long"),
        pytest.param(entered(liquidation_price="115"), position(SHORT, liquidation="120"), "115", id="short"),
        pytest.param(entered(liquidation_price="85"), position(LONG), "85", id="where none is stated"),
        pytest.param(
            entered(liquidation_price="85"), position(LONG, margin_mode="isolated"), "85", id="no estimate"
        ),
        pytest.param(
            entered(side="long", liquidation_price="85"), position(LONG, liquidation="80"), "85",
            id="for its side",
        ),
        pytest.param(
            entered(side="short", liquidation_price="85"), position(LONG, liquidation="80"), "80",
            id="for the other side",
        ),
        pytest.param(
            entered(liquidation_price="120"), position(LONG, liquidation="80"), "80", id="where a long wins"
        ),
        pytest.param(
            entered(liquidation_price="80"), position(SHORT, liquidation="120"), "120",
            id="where a short wins",
        ),
        pytest.param(
            entered_long(liquidation_price="95"), position(LONG, liquidation="80"), "80",
            id="a kept position's is that position's own",
        ),
    ],
)  # fmt: skip
def test_a_liquidation_price_entered_without_a_position(
    wished: ManualPosition, held: Position, liquidation: str
) -> None:
    levels = levels_of(held, wished, ())
    assert (levels.liquidation, levels.liquidation_is_estimate) == (Decimal(liquidation), False)


@pytest.mark.parametrize(
    ("held", "tiers", "liquidation", "estimated"),
    [  # E × (1 − 1/10) / (1 − m): of 104 at 4 % it is 97.5, of 199 at 0.5 % it is 180
        pytest.param(isolated(entry="104", liquidation="91", rate="0.04"), {}, "91", False, id="stated"),
        pytest.param(isolated(entry="104", rate="0.04"), {"0": "0.1"}, "97.5", True, id="by its own rate"),
        pytest.param(isolated(entry="104"), {"0": "0.04"}, "97.5", True, id="by the only tier"),
        pytest.param(
            isolated(entry="104"), {"0": "0.01", "104": "0.04", "105": "0.1"}, "97.5", True,
            id="by the tier of its entry notional",
        ),
        pytest.param(
            isolated(entry="199"), {"200": "0.04"}, "180", True, id="no tier reached: by the assumed rate"
        ),
        pytest.param(isolated(entry="199"), {}, "180", True, id="by the assumed rate: 179.1 / 0.995"),
        pytest.param(
            position(entry="199", source=Source.MANUAL), {}, "180", True, id="entered, in whatever mode"
        ),
        pytest.param(
            position(margin_mode="cross", rate="0.04"), {"0": "0.04"}, None, True, id="cross: unknown"
        ),
        pytest.param(position(margin_mode="cross", liquidation="70"), {}, "70", False, id="cross, stated"),
        pytest.param(position(rate="0.04"), {"0": "0.04"}, None, True, id="mode unknown: maybe cross"),
        pytest.param(position(liquidation="70"), {}, "70", False, id="mode unknown, stated"),
        pytest.param(isolated(leverage=None), {"0": "0.04"}, None, True, id="leverage unknown"),
        pytest.param(isolated(leverage="1"), {"0": "0.04"}, None, True, id="a long without leverage: none"),
    ],
)  # fmt: skip
def test_liquidation_is_reported_or_estimated(
    held: Position, tiers: dict[str, str], liquidation: str | None, estimated: bool
) -> None:
    schedule = tuple(MarginTier(Decimal(floor), Decimal(rate)) for floor, rate in tiers.items())
    levels = levels_of(held, ManualPosition(), schedule)
    assert levels.liquidation == dec(liquidation)
    assert levels.liquidation_is_estimate is estimated


def test_a_manual_position_keeps_the_liquidation_price_that_was_entered() -> None:
    entry = entered_long(liquidation_price="92")
    held = entry.position(OF)
    assert held is not None
    assert (held.source, held.liquidation_price) == (Source.MANUAL, 92)
    assert levels_of(held, entry, (MarginTier(Decimal(0), Decimal("0.04")),)).liquidation == 92


@pytest.mark.parametrize(("alert", "level"), [("70", None), ("85", 85)])
def test_an_alert_beyond_the_liquidation_price_is_dropped(alert: str, level: int | None) -> None:
    held = isolated(liquidation="80")
    assert levels_of(held, entered(alert_price=alert), ()).alert == level
