"""Card, table and API show one value of one position, with the levels that were entered for it."""

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
def test_levels_of_the_user_reach_every_outlet(entered: dict[str, str], price: str, risk: str) -> None:
    scene = Scene(entered, account=True).resolve()
    scene.account_holds(position(LONG, of=BTC)).price(price)
    (row,) = (row for name, row in scene.page.items() if name.startswith("#") and name != "#")
    (live,) = scene.context.positions.get_all_positions().values()
    told = serializers.details(live, scene.clock())
    assert (scene.page["risk"], row["risk"], told["risk"]) == (risk, risk, risk)
    assert scene.page["pnl"] == row["pnl"]
