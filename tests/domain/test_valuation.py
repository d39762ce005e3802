"""Valuation at the mark or the last price; unknown without a live price."""

from decimal import Decimal

import pytest

from dashboard.domain.market import Quote, Ticker
from dashboard.domain.risk import RiskLevels, RiskStatus
from dashboard.domain.valuation import Valuation, valuation_price, value
from tests.domain.builders import LONG, position, ticker

STALE_AFTER = 5_000
HELD, LEVELS = position(contracts="2", entry="100", leverage="10"), RiskLevels(LONG, Decimal(100))


def aged(**prices: tuple[str, int]) -> Ticker:
    """A ticker at the instant 0, from prices with their ages."""
    return Ticker(**{name: Quote(Decimal(price), -age) for name, (price, age) in prices.items()})


@pytest.mark.parametrize(
    ("prices", "price", "on_mark"),
    [
        pytest.param(aged(mark=("10", 0), last=("11", 0)), "10", True, id="mark before last"),
        pytest.param(aged(mark=("10", 5_000), last=("11", 0)), "10", True, id="mark just live"),
        pytest.param(aged(mark=("10", 5_001), last=("11", 0)), "11", False, id="stale mark: the last"),
        pytest.param(aged(last=("11", 5_000)), "11", False, id="no mark: the last"),
        pytest.param(aged(mark=("10", 5_001), last=("11", 5_001)), None, False, id="both stale"),
        pytest.param(aged(bid=("10", 0), ask=("11", 0)), None, False, id="bid and ask are not used"),
        pytest.param(Ticker(), None, False, id="nothing"),
    ],
)
def test_valuation_price(prices: Ticker, price: str | None, on_mark: bool) -> None:
    quote, is_mark = valuation_price(prices, 0, STALE_AFTER)
    assert (quote and str(quote.value), is_mark) == (price, on_mark)


def test_value_at_a_live_price() -> None:
    quote = Quote(Decimal(105), 0)
    assert value(HELD, LEVELS, Ticker(mark=quote), now=0, stale_after=STALE_AFTER) == Valuation(
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
def test_status_is_unknown_without_a_live_price(prices: Ticker) -> None:
    assert value(HELD, LEVELS, prices, now=0, stale_after=STALE_AFTER) == Valuation(RiskStatus.UNKNOWN)


@pytest.mark.parametrize("prices", [Ticker(), ticker(last="105")], ids=["no price", "live price"])
def test_no_position_has_no_valuation(prices: Ticker) -> None:
    valuation = value(None, None, prices, now=0, stale_after=STALE_AFTER)
    assert valuation == Valuation(RiskStatus.NO_POSITION, prices.last)


def test_only_roe_is_unknown_without_leverage() -> None:
    valuation = value(position(leverage=None), LEVELS, ticker(last="90"), now=0, stale_after=STALE_AFTER)
    assert (valuation.status, valuation.unrealized_pnl, valuation.roe) == (
        RiskStatus.UNDERWATER,
        Decimal(-10),
        None,
    )
