"""SPEC A4: notional, margin, PnL and ROE of linear and inverse contracts, in Decimal."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.contract_math import (
    implied_leverage,
    initial_margin,
    notional,
    roe,
    unrealized_pnl,
)
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Position, Side
from tests.domain.builders import BOTH, LONG, SHORT, dec, instrument, position
from tests.domain.strategies import amounts, leverages, positions, prices, sides

BILLIONTH = Decimal("1e-9")


def percent_at(held: Position, price: Decimal) -> Decimal | None:
    return roe(held, unrealized_pnl(held, price))


def pnl_of(
    fields: dict[str, str], price: str, of: Instrument | None = None
) -> tuple[Decimal, Decimal | None]:
    held = ManualPosition.from_fields(fields).position(of or instrument())
    assert held is not None
    return unrealized_pnl(held, Decimal(price)), percent_at(held, Decimal(price))


@pytest.mark.parametrize(
    ("amount", "price", "pnl", "percent"),
    [  # (55,000 − 50,000) × 0.1 × 10 = 5,000, and 55,000 / 50,000 − 1 = 10 %, × 10 = 100 %
        pytest.param({"quantity": "0.1", "leverage": "10"}, "55000", "5000", "100", id="quantity, up"),
        pytest.param({"quantity": "0.1", "leverage": "10"}, "49000", "-1000", "-20", id="quantity, down"),
        pytest.param({"size": "1", "leverage": "10"}, "55000", "5000", "100", id="the same as size, up"),
        pytest.param({"size": "1", "leverage": "10"}, "49000", "-1000", "-20", id="the same as size, down"),
        pytest.param({"quantity": "1", "leverage": "1"}, "55000", "5000", "10", id="quantity, unleveraged"),
        pytest.param({"quantity": "1"}, "55000", "5000", "10", id="quantity, leverage not given"),
        pytest.param({"size": "1"}, "55000", "5000", "10", id="size, leverage not given"),
        pytest.param({"size": "1", "leverage": "100"}, "55000", "5000", "1000", id="leverage moves only ROE"),
        pytest.param({"size": "0.5", "leverage": "2.5"}, "50000", "0", "0", id="at the entry"),
    ],
)
@pytest.mark.parametrize("side", BOTH, ids=str)
@pytest.mark.parametrize("contract_size", ["1", "0.01", "1000"], ids="contract of {}".format)
def test_linear_pnl_and_roe(
    side: Side, amount: dict[str, str], price: str, pnl: str, percent: str, contract_size: str
) -> None:
    """`size` is in base coins for any contract size; a short mirrors a long."""
    of = instrument(contract_size=contract_size)
    got = pnl_of({"side": side, "entry_price": "50000", **amount}, price, of)
    assert got == (side.sign * Decimal(pnl), side.sign * Decimal(percent))


@pytest.mark.parametrize(
    ("price", "pnl", "percent"),
    [
        # 10,000 dollars at 50,000 are 0.2 coins; at 10x the margin is 0.02 coins.
        # 10,000 × (1/50,000 − 1/62,500) = 10,000 × 0.000004 = 0.04; 0.04 / 0.02 = 200 %
        pytest.param("62500", "0.04", "200", id="up"),
        # 10,000 × (1/50,000 − 1/40,000) = 10,000 × −0.000005 = −0.05; −0.05 / 0.02 = −250 %
        pytest.param("40000", "-0.05", "-250", id="down"),
        pytest.param("50000", "0", "0", id="at the entry"),
    ],
)
@pytest.mark.parametrize("side", BOTH, ids=str)
@pytest.mark.parametrize(
    ("payoff", "contract_size", "contracts"),
    [
        pytest.param(Payoff.INVERSE, "1", "10000", id="contracts of 1 dollar"),
        pytest.param(Payoff.INVERSE, "100", "100", id="contracts of 100 dollars"),
        # Bitget: 0.2 × (1 − 50,000/62,500) = 0.2 × 0.2 = 0.04
        pytest.param(Payoff.INVERSE_BASE, "1", "0.2", id="sized in coins, as on Bitget"),
    ],
)
def test_inverse_pnl_is_in_coins(
    payoff: Payoff, contract_size: str, contracts: str, side: Side, price: str, pnl: str, percent: str
) -> None:
    held = position(side, contracts, "50000", of=instrument(payoff, contract_size=contract_size))
    assert unrealized_pnl(held, Decimal(price)) == side.sign * Decimal(pnl)
    assert percent_at(held, Decimal(price)) == side.sign * Decimal(percent)


@pytest.mark.parametrize(
    ("entry", "price", "size", "pnl"),
    [
        pytest.param("0.1", "0.3", "3", "0.6", id="0.3 - 0.1 is not 0.19999999999999998"),
        pytest.param("64123.45678901", "64123.45678902", "0.001", "0.00000000001", id="eleven decimals"),
        pytest.param(
            "0.00000812", "0.00000813", "123456789012", "1234.56789012", id="tiny price, many coins"
        ),
        pytest.param("1.1", "1.2", "1000000000000.1", "100000000000.01", id="large amount"),
    ],
)
def test_pnl_is_exact_to_the_last_digit(entry: str, price: str, size: str, pnl: str) -> None:
    assert unrealized_pnl(position(LONG, size, entry), Decimal(price)) == Decimal(pnl)
    assert unrealized_pnl(position(SHORT, size, entry), Decimal(price)) == -Decimal(pnl)


@pytest.mark.parametrize(
    ("payoff", "contract_size", "contracts", "price", "value"),
    [
        pytest.param(Payoff.LINEAR, "1", "2", "25000", "50000", id="linear, in dollars"),
        pytest.param(Payoff.LINEAR, "0.01", "200", "25000", "50000", id="linear, contracts of 0.01"),
        pytest.param(Payoff.INVERSE, "1", "10000", "25000", "0.4", id="inverse, in coins: 10,000 / 25,000"),
        pytest.param(Payoff.INVERSE, "100", "100", "25000", "0.4", id="inverse, contracts of 100 dollars"),
        pytest.param(Payoff.INVERSE_BASE, "1", "1", "25000", "1", id="Bitget's, a coin is worth a coin"),
        pytest.param(Payoff.INVERSE_BASE, "1", "1", "5", "1", id="Bitget's, at any price"),
    ],
)
def test_notional(payoff: Payoff, contract_size: str, contracts: str, price: str, value: str) -> None:
    held = position(LONG, contracts, "20000", of=instrument(payoff, contract_size=contract_size))
    assert notional(held, Decimal(price)) == Decimal(value)


@pytest.mark.parametrize(
    ("payoff", "contracts", "leverage", "margin"),
    [
        pytest.param(Payoff.LINEAR, "0.5", "20", "1250", id="linear: 0.5 × 50,000 / 20"),
        pytest.param(Payoff.INVERSE, "10000", "10", "0.02", id="inverse: 10,000 / 50,000 / 10"),
        pytest.param(Payoff.INVERSE_BASE, "0.2", "10", "0.02", id="Bitget's: 0.2 / 10"),
        pytest.param(Payoff.LINEAR, "0.5", None, None, id="leverage unknown"),
    ],
)
def test_initial_margin(payoff: Payoff, contracts: str, leverage: str | None, margin: str | None) -> None:
    assert initial_margin(position(LONG, contracts, "50000", leverage, of=instrument(payoff))) == dec(margin)


def test_roe_is_unknown_without_leverage() -> None:
    assert percent_at(position(leverage=None), Decimal(120)) is None


@given(sides, prices, amounts, leverages, prices)
def test_quantity_and_size_give_the_same_pnl(
    side: Side, entry: Decimal, quantity: Decimal, leverage: Decimal, price: Decimal
) -> None:
    """Leverage counts once: in `quantity × leverage`, never on top of `size`."""
    common = {"side": str(side), "entry_price": str(entry), "leverage": str(leverage)}
    by_quantity = pnl_of({**common, "quantity": str(quantity)}, str(price))
    assert by_quantity == pnl_of({**common, "size": str(quantity * leverage)}, str(price))
    assert by_quantity[0] == side.sign * (price - entry) * quantity * leverage
    assert by_quantity[1] == pytest.approx(side.sign * (price / entry - 1) * 100 * leverage, abs=BILLIONTH)


@given(positions())
def test_pnl_at_the_entry_is_zero(held: Position) -> None:
    assert unrealized_pnl(held, held.entry_price) == 0
    assert percent_at(held, held.entry_price) == 0


@given(positions(), prices)
def test_short_pnl_is_the_negative_of_long_pnl(held: Position, price: Decimal) -> None:
    long, short = replace(held, side=LONG), replace(held, side=SHORT)
    assert unrealized_pnl(long, price) == -unrealized_pnl(short, price)


@given(positions(), st.lists(prices, min_size=2, max_size=2, unique=True))
def test_long_gains_with_every_rise(held: Position, two: list[Decimal]) -> None:
    low, high = sorted(two)
    gained = unrealized_pnl(held, high) - unrealized_pnl(held, low)
    assert gained * held.side.sign > 0


@given(positions(st.just(Payoff.INVERSE)), prices)
def test_inverse_pnl_equals_the_usual_formula(held: Position, price: Decimal) -> None:
    dollars = held.contracts * held.instrument.contract_size
    usual = held.side.sign * dollars * (1 / held.entry_price - 1 / price)
    assert unrealized_pnl(held, price) == pytest.approx(usual, rel=Decimal("1e-15"), abs=Decimal("1e-18"))


@given(positions(st.just(Payoff.LINEAR)), prices)
def test_roe_is_pnl_over_entry_notional_by_leverage(held: Position, price: Decimal) -> None:
    assert held.leverage is not None
    margin = held.contracts * held.instrument.contract_size * held.entry_price / held.leverage
    expected = unrealized_pnl(held, price) / margin * 100
    assert percent_at(held, price) == pytest.approx(expected, rel=Decimal("1e-20"))


@given(st.integers(1, 200), st.decimals("10", "1e9", places=4))
def test_leverage_follows_from_a_rounded_initial_margin(leverage: int, value: Decimal) -> None:
    margin = round(value / leverage, 8)
    assert implied_leverage(value, margin) == leverage


@pytest.mark.parametrize(
    ("value", "margin"),
    [
        pytest.param("6000", "636.6", id="with the fee to close it"),
        pytest.param("6000", "7000", id="more margin than notional"),
        pytest.param("0", "0", id="none"),
        pytest.param("6000", None, id="no margin"),
        pytest.param(None, "600", id="no notional"),
    ],
)
def test_margin_that_is_no_fraction_of_the_notional_implies_no_leverage(
    value: str | None, margin: str | None
) -> None:
    assert implied_leverage(dec(value), dec(margin)) is None
