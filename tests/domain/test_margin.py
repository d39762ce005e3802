"""Margin tiers and the liquidation estimate of EXCHANGE-NOTES section 5."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard.domain.contract_math import initial_margin, unrealized_pnl
from dashboard.domain.margin import (
    MarginTier,
    estimate_liquidation_price,
    margin_tier,
)
from dashboard.domain.market import Payoff
from dashboard.domain.position import Position, Side
from tests.domain.builders import INVERSES, LONG, SHORT, dec, instrument, position
from tests.domain.strategies import positions, rates

LINEAR, INVERSE, INVERSE_BASE = Payoff


SCHEDULE = (
    MarginTier(Decimal(0), Decimal("0.004")),
    MarginTier(Decimal(50_000), Decimal("0.005")),
    MarginTier(Decimal(250_000), Decimal("0.01")),
)


@pytest.mark.parametrize(
    ("contracts", "tiers", "rate"),
    [  # at 50,000 a coin
        pytest.param("0.0001", SCHEDULE, "0.004", id="the lowest"),
        pytest.param("0.9999", SCHEDULE, "0.004", id="just below a floor"),
        pytest.param("1", SCHEDULE, "0.005", id="at a floor"),
        pytest.param("4.9999", SCHEDULE, "0.005", id="just below the next"),
        pytest.param("5", SCHEDULE, "0.01", id="at the last floor"),
        pytest.param("10000", SCHEDULE, "0.01", id="far beyond it"),
        pytest.param("1", SCHEDULE[::-1], "0.005", id="in falling order"),
        pytest.param("1", (SCHEDULE[1], SCHEDULE[2], SCHEDULE[0]), "0.005", id="in no order"),
        pytest.param("0.9999", SCHEDULE[1:], None, id="none reached"),
        pytest.param("1", (), None, id="none known"),
    ],
)
def test_tier_of_the_entry_notional(contracts: str, tiers: tuple[MarginTier, ...], rate: str | None) -> None:
    tier = margin_tier(position(LONG, contracts, "50000"), tiers)
    assert (tier and tier.maintenance_margin_rate) == dec(rate)


@pytest.mark.parametrize(
    ("payoff", "contract_size", "contracts", "rate"),
    [  # two coins at 50,000; if settled in coins, so are the floors
        pytest.param(LINEAR, "0.01", "200", "0.005", id="linear: 100,000 dollars"),
        pytest.param(INVERSE, "100", "1000", "0.004", id="inverse: 2 coins, not 100,000"),
        pytest.param(INVERSE_BASE, "1", "2", "0.004", id="Bitget's: 2 coins"),
    ],
)
@pytest.mark.parametrize("leverage", ["1", "100", None])
def test_tiers_are_in_the_settlement_currency(
    payoff: Payoff, contract_size: str, contracts: str, rate: str, leverage: str | None
) -> None:
    of = instrument(payoff, contract_size=contract_size)
    tier = margin_tier(position(LONG, contracts, "50000", leverage, of=of), SCHEDULE)
    assert tier is not None
    assert tier.maintenance_margin_rate == Decimal(rate)


@pytest.mark.parametrize(
    ("payoff", "side", "entry", "leverage", "rate", "liquidation"),
    [
        # 20,800 × (1 − 1/10) / (1 − 0.04) = 18,720 / 0.96
        pytest.param(LINEAR, LONG, "20800", "10", "0.04", "19500", id="linear long"),
        # 20,800 × (1 + 1/10) / (1 + 0.04) = 22,880 / 1.04
        pytest.param(LINEAR, SHORT, "20800", "10", "0.04", "22000", id="linear short"),
        # 22,000 × 10 × (1 + 0.05) / (10 + 1) = 231,000 / 11
        pytest.param(INVERSE, LONG, "22000", "10", "0.05", "21000", id="inverse long"),
        # 18,000 × 10 × (1 − 0.05) / (10 − 1) = 171,000 / 9
        pytest.param(INVERSE, SHORT, "18000", "10", "0.05", "19000", id="inverse short"),
        pytest.param(LINEAR, LONG, "20800", "1", "0.04", None, id="linear long, 1x: 0 is no price"),
        pytest.param(LINEAR, SHORT, "20800", "1", "0.04", "40000", id="linear short, 1x: at about double"),
        pytest.param(INVERSE, LONG, "20000", "1", "0.05", "10500", id="inverse long, 1x: at about half"),
        pytest.param(INVERSE, SHORT, "20000", "1", "0.05", None, id="inverse short, 1x: never"),
        # 21,000 × 10 / (10 + 1 − 0.05 × 10) = 210,000 / 10.5; 19,000 × 10 / (10 − 1 + 0.5) = 190,000 / 9.5
        pytest.param(INVERSE_BASE, LONG, "21000", "10", "0.05", "20000", id="Bitget's long"),
        pytest.param(INVERSE_BASE, SHORT, "19000", "10", "0.05", "20000", id="Bitget's short"),
        pytest.param(INVERSE_BASE, LONG, "19500", "1", "0.05", "10000", id="Bitget's long, 1x: about half"),
        pytest.param(INVERSE_BASE, SHORT, "1000", "1", "0.05", "20000", id="Bitget's short, 1x: far away"),
        pytest.param(INVERSE_BASE, LONG, "20000", "100", "0.02", None, id="Bitget's long: margin too small"),
        pytest.param(INVERSE_BASE, SHORT, "20000", "100", "0.02", None, id="Bitget's short: as well"),
        pytest.param(LINEAR, LONG, "20000", None, "0.04", None, id="leverage unknown"),
        pytest.param(LINEAR, LONG, "20000", "100", "0.02", None, id="long: margin below maintenance"),
        pytest.param(LINEAR, SHORT, "20000", "100", "0.02", None, id="short: margin below maintenance"),
        pytest.param(LINEAR, LONG, "20000", "10", "1", None, id="long: a rate of 100 %"),
        pytest.param(INVERSE, SHORT, "20000", "10", "1", None, id="inverse short: a rate of 100 %"),
    ],
)
def test_estimated_liquidation_price(
    payoff: Payoff, side: Side, entry: str, leverage: str | None, rate: str, liquidation: str | None
) -> None:
    held = position(side, "3", entry, leverage, of=instrument(payoff))
    assert estimate_liquidation_price(held, Decimal(rate)) == dec(liquidation)


@given(positions(), rates)
def test_margin_at_the_estimate_equals_maintenance_margin(held: Position, rate: Decimal) -> None:
    price = estimate_liquidation_price(held, rate)
    assume(price is not None)
    assert price is not None
    margin = initial_margin(held)
    assert margin is not None
    units = held.contracts * held.instrument.contract_size
    value = {LINEAR: units * price, INVERSE: units / price, INVERSE_BASE: units}[held.instrument.payoff]
    left = margin + unrealized_pnl(held, price)
    assert left == pytest.approx(rate * value, rel=Decimal("1e-15"))


@given(positions(), rates)
def test_estimate_is_on_the_losing_side(held: Position, rate: Decimal) -> None:
    price = estimate_liquidation_price(held, rate)
    assert price is None or (price > 0 and unrealized_pnl(held, price) < 0)


@pytest.mark.parametrize("payoff", INVERSES, ids=str)
def test_inverse_long_without_leverage_can_be_liquidated(payoff: Payoff) -> None:
    """Its margin is in coins, which fall with the position."""
    assert (
        estimate_liquidation_price(position(leverage="1", of=instrument(payoff)), Decimal("0.05")) is not None
    )


@given(positions(st.just(LINEAR), st.just(Decimal(1))), rates)
def test_linear_long_without_leverage_cannot_be_liquidated(held: Position, rate: Decimal) -> None:
    assert (estimate_liquidation_price(held, rate) is None) is (held.side is LONG)
