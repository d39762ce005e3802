"""Card, table and API show the same valuation of a position, with its manual levels."""

import pytest

from dashboard.api import serializers
from tests.domain.builders import LONG, position
from tests.web.scenes import BTC, Scene


@pytest.mark.parametrize(
    ("entered", "price", "risk"),
    [
        pytest.param({"trap_low": "98", "trap_high": "99.5"}, "99", "TRAP ZONE", id="trap zone"),
        pytest.param({"alert_price": "99.5"}, "99", "EMERGENCY", id="alert price"),
        pytest.param({"liquidation_price": "99"}, "99", "LIQUIDATED", id="liquidation price"),
        pytest.param({}, "99", "UNDERWATER", id="no levels"),
    ],
)
def test_manual_levels_apply_to_card_table_and_api(entered: dict[str, str], price: str, risk: str) -> None:
    scene = Scene(entered, account=True).resolve()
    scene.account_holds(position(LONG, of=BTC)).price(price)
    (row,) = (row for name, row in scene.page.items() if name.startswith("#") and name != "#")
    (live,) = scene.context.positions.get_all_positions().values()
    message = serializers.position_details(live, scene.clock())
    assert (scene.page["risk"], row["risk"], message["risk"]) == (risk, risk, risk)
    assert scene.page["pnl"] == row["pnl"]
