"""A position is valued at a live price, and unknown without one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Quote
from dashboard.domain.position_state import opened
from dashboard.domain.risk import RiskLevels, RiskStatus
from dashboard.domain.valuation import Valuation, value
from tests.domain.builders import LONG, SHORT, position

KEY = PositionKey("bitget manual", position().instrument.symbol)
HELD, LEVELS = position(contracts="2", entry="100", leverage="10"), RiskLevels(LONG, Decimal(100))
STATE = opened(KEY, HELD)


def quote(price: str) -> Quote:
    return Quote(Decimal(price), 0)


def test_value_at_a_live_price() -> None:
    quote = Quote(Decimal(105), 0)
    assert value(STATE, HELD, LEVELS, quote, on_mark=True) == Valuation(
        RiskStatus.PROFIT,
        quote,
        on_mark=True,
        unrealized_pnl=Decimal(10),
        roe=Decimal(50),
        notional=Decimal(210),
    )


def test_without_a_live_price_figures_are_unknown() -> None:
    assert value(STATE, HELD, LEVELS, None, on_mark=False) == Valuation(RiskStatus.UNKNOWN)


@pytest.mark.parametrize("quote", [None, quote("105")], ids=["no price", "live price"])
def test_a_flat_position_is_worth_nothing(quote: Quote | None) -> None:
    it = value(replace(STATE, contracts=Decimal(0)), None, None, quote, on_mark=False)
    assert (it.status, it.unrealized_pnl, it.notional) == (RiskStatus.NO_POSITION, 0, 0)


def test_a_contradictory_position_is_not_valued() -> None:
    """More was closed than is known to be opened: fills are missing."""
    short_leg = replace(STATE, key=replace(KEY, side=SHORT))
    it = value(short_leg, HELD, LEVELS, quote("105"), on_mark=False)
    assert (it.status, it.unrealized_pnl) == (RiskStatus.UNKNOWN, None)


def test_without_a_leverage_only_roe_is_unknown() -> None:
    held = replace(HELD, leverage=None)
    it = value(STATE, held, LEVELS, quote("90"), on_mark=False)
    assert (it.status, it.unrealized_pnl, it.roe) == (RiskStatus.UNDERWATER, Decimal(-20), None)
