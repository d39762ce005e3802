"""Selection of the position: entered in this run, then the exchange's, then a saved one."""

from decimal import Decimal

import pytest

from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.margin import MarginTier
from dashboard.domain.position import Position, Source
from dashboard.domain.position_selection import PositionSelection
from tests.domain.builders import LONG, SHORT, dec, entered, entered_long, instrument, position

OF = instrument()
LONG_LEG, SHORT_LEG = position(LONG, "2"), position(SHORT, "3")
ENTERED = entered_long()
BY_HAND = ENTERED.position(OF)


def isolated(*, entry: str = "100", leverage: str | None = "10", **more: str) -> Position:
    return position(LONG, entry=entry, leverage=leverage, margin_mode="isolated", **more)


@pytest.mark.parametrize(
    ("holdings", "shown"),
    [
        pytest.param(
            PositionSelection(ENTERED, account=True, positions=(LONG_LEG,)), BY_HAND, id="entered now wins"
        ),
        pytest.param(PositionSelection(ENTERED, account=True, positions=()), BY_HAND, id="entered now, flat"),
        pytest.param(
            PositionSelection(ENTERED, account=True), BY_HAND, id="entered now, account not read yet"
        ),
        pytest.param(
            PositionSelection(ENTERED, kept=True, account=True, positions=(LONG_LEG,)),
            LONG_LEG,
            id="beats kept",
        ),
        pytest.param(
            PositionSelection(ENTERED, kept=True, account=True, positions=()), None, id="kept, but flat"
        ),
        pytest.param(
            PositionSelection(ENTERED, kept=True, account=True), None, id="kept, account not read yet"
        ),
        pytest.param(PositionSelection(ENTERED, kept=True), BY_HAND, id="kept, no account"),
        pytest.param(PositionSelection(account=True, positions=(SHORT_LEG,)), SHORT_LEG, id="the exchange's"),
        pytest.param(PositionSelection(account=True, positions=()), None, id="flat"),
        pytest.param(PositionSelection(account=True), None, id="not read yet"),
        pytest.param(PositionSelection(), None, id="nothing at all"),
    ],
)
def test_precedence_of_positions(holdings: PositionSelection, shown: Position | None) -> None:
    assert holdings.shown(OF) == shown


@pytest.mark.parametrize(
    ("wish", "legs", "shown"),
    [
        pytest.param(ManualPosition(), (LONG_LEG, SHORT_LEG), SHORT_LEG, id="no wish: the larger"),
        pytest.param(ManualPosition(), (SHORT_LEG, LONG_LEG), SHORT_LEG, id="in whatever order"),
        pytest.param(entered(side="long"), (LONG_LEG, SHORT_LEG), LONG_LEG, id="the wished side"),
        pytest.param(entered(side="short"), (LONG_LEG, SHORT_LEG), SHORT_LEG, id="the other side"),
        pytest.param(
            entered(side="long", alert_price="99"), (LONG_LEG, SHORT_LEG), LONG_LEG, id="with levels"
        ),
    ],
)
def test_side_is_chosen_in_hedge_mode(
    wish: ManualPosition, legs: tuple[Position, ...], shown: Position
) -> None:
    holdings = PositionSelection(wish, account=True, positions=legs)
    assert holdings.shown(OF) is shown
    assert holdings.others(shown) == tuple(leg for leg in legs if leg is not shown)


def test_saved_position_does_not_choose_the_hedge_leg() -> None:
    holdings = PositionSelection(ENTERED, kept=True, account=True, positions=(LONG_LEG, SHORT_LEG))
    assert holdings.shown(OF) is SHORT_LEG


def test_saved_levels_with_a_side_choose_the_hedge_leg() -> None:
    wish = entered(side="long", alert_price="99")
    holdings = PositionSelection(wish, kept=True, account=True, positions=(LONG_LEG, SHORT_LEG))
    assert holdings.shown(OF) is LONG_LEG


def test_others_are_all_exchange_positions_if_one_is_entered() -> None:
    holdings = PositionSelection(ENTERED, account=True, positions=(LONG_LEG, SHORT_LEG))
    assert holdings.others(holdings.shown(OF)) == (LONG_LEG, SHORT_LEG)


@pytest.mark.parametrize("positions", [None, ()], ids=["not read", "flat"])
def test_no_others_without_positions(positions: tuple[Position, ...] | None) -> None:
    assert PositionSelection(account=True, positions=positions).others(None) == ()


@pytest.mark.parametrize(
    ("holdings", "known"),
    [
        pytest.param(PositionSelection(account=True), False, id="an account that was not read yet"),
        pytest.param(
            PositionSelection(account=True).after_failure("no"), False, id="an account that cannot be read"
        ),
        pytest.param(
            PositionSelection(entered(side="long"), account=True), False, id="a side is no position"
        ),
        pytest.param(PositionSelection(account=True, positions=()), True, id="flat on the exchange"),
        pytest.param(PositionSelection(ENTERED, account=True), True, id="entered"),
        pytest.param(
            PositionSelection(ENTERED, kept=True, account=True), False, id="kept is not known to be held"
        ),
        pytest.param(
            PositionSelection(ENTERED, kept=True, account=True, positions=()), True, id="kept, but flat"
        ),
        pytest.param(PositionSelection(ENTERED, kept=True), True, id="kept, no account to read"),
        pytest.param(PositionSelection(), True, id="no account to read"),
    ],
)
def test_unread_account_is_unknown_not_flat(holdings: PositionSelection, known: bool) -> None:
    assert holdings.known is known


def test_failed_read_keeps_positions_and_records_the_problem() -> None:
    read = PositionSelection(account=True).after_read(7, (LONG_LEG,))
    failed = read.after_failure("no answer in time")
    assert (failed.positions, failed.read_at, failed.problem) == ((LONG_LEG,), 7, "no answer in time")
    assert failed.after_read(9, ()) == PositionSelection(account=True, positions=(), read_at=9)


@pytest.mark.parametrize(
    ("wished", "shown", "applied"),
    [
        pytest.param(entered(alert_price="95"), LONG_LEG, True, id="for any side"),
        pytest.param(entered(side="long", alert_price="95"), LONG_LEG, True, id="for its side"),
        pytest.param(entered(side="short", alert_price="95"), LONG_LEG, False, id="for the other side"),
        pytest.param(entered_long(alert_price="95"), SHORT_LEG, False, id="a kept long's, for a short"),
    ],
)
def test_levels_apply_only_to_their_side(wished: ManualPosition, shown: Position, applied: bool) -> None:
    assert PositionSelection(wished).levels(shown).alert == (Decimal(95) if applied else None)


def test_levels_combine_position_and_input() -> None:
    wished = entered(trap_low="90", trap_high="95", alert_price="85", take_profit="120", stop_loss="88")
    levels = PositionSelection(wished).levels(position(LONG, entry="100", liquidation="80"))
    assert (levels.side, levels.entry, levels.liquidation, levels.liquidation_is_estimate) == (
        LONG,
        100,
        80,
        False,
    )
    assert (levels.trap_low, levels.trap_high, levels.alert) == (90, 95, 85)
    assert (levels.take_profit, levels.stop_loss) == (120, 88)


def test_alert_on_the_winning_side_is_ignored() -> None:
    """An alert meant for a short, entered without a side, while the exchange has a long."""
    levels = PositionSelection(entered(alert_price="130")).levels(
        position(LONG, entry="100", liquidation="80")
    )
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
def test_entered_liquidation_price_applies_to_the_exchange_position(
    wished: ManualPosition, held: Position, liquidation: str
) -> None:
    levels = PositionSelection(wished, account=True, positions=(held,)).levels(held)
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
def test_liquidation_price_is_reported_or_estimated(
    held: Position, tiers: dict[str, str], liquidation: str | None, estimated: bool
) -> None:
    schedule = tuple(MarginTier(Decimal(floor), Decimal(rate)) for floor, rate in tiers.items())
    levels = PositionSelection(tiers=schedule).levels(held)
    assert levels.liquidation == dec(liquidation)
    assert levels.liquidation_is_estimate is estimated


def test_entered_position_keeps_its_liquidation_price() -> None:
    tiers = (MarginTier(Decimal(0), Decimal("0.04")),)
    shown = PositionSelection(entered_long(liquidation_price="92"), tiers=tiers).shown(OF)
    assert shown is not None
    assert shown.source is Source.MANUAL
    assert shown.liquidation_price == 92


def test_alert_beyond_the_liquidation_price_is_ignored() -> None:
    held = isolated(liquidation="80")
    assert (
        PositionSelection(entered=ManualPosition.from_fields({"alert_price": "70"})).levels(held).alert
        is None
    )
    assert (
        PositionSelection(entered=ManualPosition.from_fields({"alert_price": "85"})).levels(held).alert == 85
    )
