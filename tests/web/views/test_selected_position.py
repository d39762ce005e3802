"""Which position a page looks at follows from a label alone; a strange one means the main market."""

import pytest

from dashboard.domain.events import InstrumentResolved, PositionsRead
from dashboard.domain.position import Side
from dashboard.web.views.selected_position import label_of, snapshot_of, symbol_of
from tests.domain.builders import LONG, SHORT, position
from tests.web.scenes import BTC, Scene


@pytest.fixture
def scene() -> Scene:
    """A hedge of three against one in the main market."""
    scene = Scene(account=True).resolve().price("100")
    legs = position(LONG, "3", "100", of=BTC), position(SHORT, "1", "110", of=BTC)
    scene.runtime.apply(PositionsRead(scene.now, legs))
    return scene


@pytest.mark.parametrize(
    ("label", "side"),
    [
        (None, LONG),
        ("", LONG),
        (BTC.symbol, LONG),
        (f"{BTC.symbol}:long", LONG),
        (f"{BTC.symbol}:short", SHORT),
        ("GONE/USDT:USDT", LONG),
        ("GONE/USDT:USDT:short", LONG),
        ("<script>", LONG),
    ],
)
def test_the_position_that_is_shown(scene: Scene, label: str | None, side: Side):
    assert snapshot_of(scene.context, label).position.side is side


def test_the_other_side_has_levels_and_gains_of_its_own(scene: Scene):
    snapshot = snapshot_of(scene.context, f"{BTC.symbol}:short")
    assert snapshot.levels.side is SHORT
    assert snapshot.valuation.unrealized_pnl == 10
    assert scene.runtime.snapshot.valuation.unrealized_pnl == 0


def test_another_market(scene: Scene):
    scene.context.markets.apply("ETH/USDT:USDT", InstrumentResolved(position().instrument))
    assert symbol_of(scene.context, "ETH/USDT:USDT") == "ETH/USDT:USDT"
    assert symbol_of(scene.context, BTC.symbol) is None
    assert symbol_of(scene.context, "GONE/USDT:USDT") is None


def test_without_an_account_there_is_no_label():
    scene = Scene().resolve()
    assert label_of(scene.context, scene.runtime.snapshot) == ""
