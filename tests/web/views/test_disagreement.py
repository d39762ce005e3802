"""A position whose figures contradict the exchange's own: marked on card, table and API, or withheld."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.api import serializers
from dashboard.domain.position import Position
from dashboard.formatting import MISSING
from tests.domain.builders import LONG, SHORT, position, row
from tests.web.scenes import BTC, Scene


def two(notional: str | None) -> Position:
    """Two coins entered at 100; the exchange states its mark price, 110, and a notional."""
    return replace(
        row(LONG, "2", "100", of=BTC, mark="110", notional=notional), liquidation_price=Decimal(91)
    )


def scene(notional: str | None) -> Scene:
    return Scene(account=True).resolve().account_holds(two(notional)).price("110")


def table_row(scene: Scene) -> dict[str, object]:
    (found,) = (cells for key, cells in scene.page.items() if key.startswith("#") and key != "#")
    return dict(found)


def api(scene: Scene) -> dict[str, object]:
    (live,) = scene.context.positions.get_all_positions().values()
    return serializers.position_details(live, scene.clock())


def test_agreeing_position_is_not_marked():
    shown = scene("220")
    assert (shown.page["disagrees:hidden"], shown.page["disagreement-line:hidden"]) == ("1", "1")
    assert (shown.page["disagreeing"], table_row(shown)["disagrees"]) == ("", "")
    assert api(shown)["disagreement"] is None


@pytest.mark.parametrize("notional", ["225", "22"], ids=["a little", "a unit"])
def test_disagreeing_position_is_marked_with_both_figures_everywhere(notional: str):
    shown = scene(notional)
    text = f"notional 220.00 USDT calculated, {notional}.00 stated by the exchange"
    assert (shown.page["disagrees:hidden"], shown.page["disagreement-line:hidden"]) == ("", "")
    assert (shown.page["disagreement"], api(shown)["disagreement"]) == (f"N{text[1:]}.", text)
    assert (table_row(shown)["disagrees"], table_row(shown)["note"]) == ("DISAGREES", f"disagrees: {text}")
    assert shown.page["disagreeing"] == "1 DISAGREES"
    assert ("disagrees", text) in [(kind, event) for _, _, kind, event in shown.page["#"]]


def test_small_deviation_leaves_the_figures():
    shown = scene("225")
    assert (shown.page["pnl"], shown.page["size"], shown.page["risk"]) == ("+20.00", "2 BTC", "PROFIT")
    assert shown.page["withheld-notice:hidden"] == "1"


def test_wrong_unit_withholds_the_figures_on_the_card():
    page = scene("22").page
    figures = ("pnl", "roe", "size", "notional", "margin", "liq-pnl")
    assert {page[key] for key in figures} == {MISSING}
    assert (page["risk"], page["risk-why"]) == (
        "UNKNOWN",
        "Figures disagree with the exchange's own: check the exchange.",
    )
    assert "BTC/USDT DISAGREES" in page["withheld-notice"]
    assert (page["entry"], page["liquidation"], page["liq-away"]) == ("100.0", "91.0", "−17.27\u2009%")
    assert {page[f"sum-{name}"] for name in ("unrealized", "realized", "total", "exposure")} == {MISSING}


def test_wrong_unit_withholds_the_figures_of_the_row():
    cells = table_row(scene("22"))
    assert {cells[name] for name in ("size", "pnl", "roe", "realized")} == {MISSING}
    assert (cells["risk"], cells["mark"], cells["away"]) == ("UNKNOWN", "110.0", "−17.27\u2009%")
    assert cells["age"] is not None, "the price is known"


def test_wrong_unit_withholds_the_figures_of_the_api():
    message = api(scene("22"))
    withheld = ("quantity", "notional_value", "unrealized_pnl", "realized_pnl", "total_pnl", "roe")
    assert {message[name] for name in withheld} == {None}
    assert (message["contracts"], message["entry_price"], message["current_price"]) == ("2", "100", "110")
    assert message["risk"] == "UNKNOWN"


def test_size_of_a_withheld_leg_is_not_listed_with_the_other_one():
    shown = Scene(account=True).resolve()
    shown.account_holds(two("22"), position(SHORT, "1", "120", of=BTC)).price("110")
    assert shown.context.positions.get_all_positions()
    view = shown.select(f"{BTC.symbol}:short")
    assert [(other.position.side, other.is_withheld) for other in view.others] == [(LONG, True)]
