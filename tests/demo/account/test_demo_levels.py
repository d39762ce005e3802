from decimal import Decimal

from dashboard.demo.account.demo_levels import DEMO_LEVELS
from dashboard.demo.account.demo_position import DEMO_ENTRY, DemoPosition


def test_levels_are_ordered_around_the_entry_and_above_liquidation():
    levels, liquidation = DEMO_LEVELS, Decimal(DemoPosition().liquidation_price)
    assert (
        liquidation < levels.stop_loss < levels.trap_low < levels.trap_high < DEMO_ENTRY < levels.take_profit
    )
