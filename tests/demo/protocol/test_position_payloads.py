from decimal import Decimal

import pytest

from dashboard.demo.account.demo_position import DEMO_ENTRY, DemoPosition, isolated_liquidation
from dashboard.demo.protocol.position_payloads import rest_position


def test_margin_ratio_is_one_at_the_liquidation_price():
    position = DemoPosition()
    price = Decimal(position.liquidation_price)
    assert price == isolated_liquidation(DEMO_ENTRY, 20, Decimal("0.004"))
    assert Decimal(rest_position(position, price)["marginRatio"]) == pytest.approx(
        Decimal(1), abs=Decimal("0.001")
    )
    assert Decimal(rest_position(position, price * Decimal("1.01"))["marginRatio"]) < Decimal("0.5")


@pytest.mark.parametrize(
    ("position", "mark", "profit", "margin"),
    [
        (DemoPosition(), "64100", "50", "1600"),
        (DemoPosition(hold_side="short"), "64100", "-50", "1600"),
        (
            DemoPosition(product="COIN-FUTURES", total=Decimal(2), open_price=Decimal(30000), leverage=10),
            "40000",
            "0.5",
            "0.2",
        ),
    ],
    ids=["long", "short", "coin-margined"],
)
def test_profit_and_margin_are_in_the_margin_coin(position, mark, profit, margin):
    row = rest_position(position, Decimal(mark))
    assert (row["unrealizedPL"], row["marginSize"]) == (profit, margin)
