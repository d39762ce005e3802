"""A position is valued at its best live price, and unknown without one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Quote, Ticker
from dashboard.domain.position_state import opened
from dashboard.domain.risk import RiskLevels, RiskStatus
from dashboard.domain.valuation import Valuation, valuation_price, value
from tests.domain.builders import LONG, SHORT, position, ticker

STALE_AFTER = 5_000
KEY = PositionKey("bitget manual", position().instrument.symbol)
HELD, LEVELS = position(contracts="2", entry="100", leverage="10"), RiskLevels(LONG, Decimal(100))
STATE = opened(KEY, HELD)


def aged(**prices: tuple[str, int]) -> Ticker:
    """A ticker at the instant 0, of prices with their ages."""
    return Ticker(**{name: Quote(Decimal(price), -age) for name, (price, age) in prices.items()})


@pytest.mark.parametrize(
    ("prices", "price", "on_mark"),
    [
        pytest.param(aged(mark=("10", 0), last=("11", 0)), "10", True, id="the mark first"),
        pytest.param(aged(mark=("10", 5_000), last=("11", 0)), "10", True, id="a mark just live"),
        pytest.param(aged(mark=("10", 5_001), last=("11", 0)), "11", False, id="a mark too old: the last"),
        pytest.param(aged(last=("11", 5_000)), "11", False, id="no mark: the last"),
        pytest.param(aged(mark=("10", 5_001), last=("11", 5_001)), None, False, id="both too old"),
        pytest.param(
            aged(bid=("10", 0), ask=("11", 0)), None, False, id="bid and ask are no price to value on"
        ),
        pytest.param(Ticker(), None, False, id="nothing"),
    ],
)
def test_the_price_to_value_on(prices: Ticker, price: str | None, on_mark: bool) -> None:
    quote, is_mark = valuation_price(prices, 0, STALE_AFTER)
    assert (quote and str(quote.value), is_mark) == (price, on_mark)


def test_value_at_a_live_price() -> None:
    quote = Quote(Decimal(105), 0)
    assert value(STATE, HELD, LEVELS, Ticker(mark=quote), now=0, stale_after=STALE_AFTER) == Valuation(
        RiskStatus.PROFIT,
        quote,
        on_mark=True,
        unrealized_pnl=Decimal(10),
        roe=Decimal(50),
        notional=Decimal(210),
    )


@pytest.mark.parametrize(
    "prices", [Ticker(), ticker(-5_001, last="105", mark="105")], ids=["none", "too old"]
)
def test_without_a_live_price_figures_are_unknown(prices: Ticker) -> None:
    assert value(STATE, HELD, LEVELS, prices, now=0, stale_after=STALE_AFTER) == Valuation(RiskStatus.UNKNOWN)


@pytest.mark.parametrize("prices", [Ticker(), ticker(last="105")], ids=["no price", "live price"])
def test_a_flat_position_is_worth_nothing(prices: Ticker) -> None:
    it = value(replace(STATE, contracts=Decimal(0)), None, None, prices, now=0, stale_after=STALE_AFTER)
    assert (it.status, it.unrealized_pnl, it.notional) == (RiskStatus.NO_POSITION, 0, 0)


def test_a_contradictory_position_is_not_valued() -> None:
    """More was closed than is known to be opened: fills are missing."""
    short_leg = replace(STATE, key=replace(KEY, side=SHORT))
    it = value(short_leg, HELD, LEVELS, ticker(last="105"), now=0, stale_after=STALE_AFTER)
    assert (it.status, it.unrealized_pnl) == (RiskStatus.UNKNOWN, None)


def test_without_a_leverage_only_roe_is_unknown() -> None:
    held = replace(HELD, leverage=None)
    it = value(STATE, held, LEVELS, ticker(last="90"), now=0, stale_after=STALE_AFTER)
    assert (it.status, it.unrealized_pnl, it.roe) == (RiskStatus.UNDERWATER, Decimal(-20), None)
