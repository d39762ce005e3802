"""Leverage of Kraken's cross positions, by the margin schedule that fits the account's margin."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.exchange.adapters.kraken_margin import SCHEDULES, cross_leverage, find_schedule
from tests.domain.builders import dec
from tests.exchange.builders import market

PROFESSIONAL, RETAIL = SCHEDULES


def level(floor: int, rate: str, *, key: str = "numNonContractUnits") -> dict[str, Any]:
    return {key: floor, "initialMargin": rate}


def listed(symbol: str = "BTC/USD:USD", **schedules: list[dict[str, Any]]) -> dict[str, Any]:
    info = {PROFESSIONAL: [level(0, "0.02"), level(100000, "0.05")], RETAIL: [level(0, "0.5")]}
    return market(symbol, symbol, contractSize="1", info=info | schedules)


def row(contracts: str = "1", price: str = "50000", **more: Any) -> dict[str, Any]:
    return {"symbol": "BTC/USD:USD", "contracts": contracts, "entryPrice": price} | more


@pytest.mark.parametrize(
    ("rows", "total", "schedule"),
    [
        pytest.param([row()], "1000", PROFESSIONAL, id="professional"),
        pytest.param([row()], "1005", PROFESSIONAL, id="rounded"),
        pytest.param([row()], "25000", RETAIL, id="retail"),
        pytest.param([row("3")], "7500", PROFESSIONAL, id="a higher level, by the notional value"),
        pytest.param([row(), row(leverage="5")], "11000", PROFESSIONAL, id="beside an isolated one"),
        pytest.param([row()], "1200", None, id="neither"),
        pytest.param([row()], "0", None, id="zero"),
        pytest.param([row()], None, None, id="unknown"),
        pytest.param([row(price="")], "1000", None, id="an unreadable row"),
        pytest.param([row(symbol="unlisted")], "1000", None, id="an unlisted market"),
        pytest.param([], "1000", None, id="no position"),
    ],
)
def test_schedule_fits_the_account(rows: list[Any], total: str | None, schedule: str | None) -> None:
    assert find_schedule(rows, {"BTC/USD:USD": listed()}, dec(total)) == schedule


@pytest.mark.parametrize(
    ("held", "market", "schedule", "leverage"),
    [
        pytest.param(row(), listed(), PROFESSIONAL, "50", id="professional"),
        pytest.param(row("2"), listed(), PROFESSIONAL, "20", id="from the floor of a level on"),
        pytest.param(row(), listed(), None, None, id="schedules differ"),
        pytest.param(row(), listed(retailMarginLevels=[level(0, "0.02")]), None, "50", id="schedules agree"),
        pytest.param(
            row("300000"),
            listed("BTC/USD:BTC", marginLevels=[level(0, "0.02", key="contracts")]),
            PROFESSIONAL, "50", id="by contracts",
        ),
        pytest.param(row(), listed(marginLevels=[]), PROFESSIONAL, None, id="no levels"),
        pytest.param(row(), {"symbol": "x"}, PROFESSIONAL, None, id="no schedule"),
    ],
)  # fmt: skip
def test_leverage_of_a_cross_position(held: Any, market: Any, schedule: str | None, leverage: str) -> None:
    assert cross_leverage(held, market, schedule) == dec(leverage)


sizes = st.decimals("0.001", "100", places=3)


@given(st.lists(sizes, min_size=1, max_size=5), st.sampled_from(SCHEDULES))
def test_account_of_a_schedule_is_recognized(held: list[Decimal], schedule: str) -> None:
    market = listed(marginLevels=[level(0, "0.02"), level(100000, "0.05"), level(1000000, "0.1")])
    rows = [row(str(size)) for size in held]
    leverages = [cross_leverage(each, market, schedule) for each in rows]
    total = sum(
        (size * 50000 / leverage for size, leverage in zip(held, leverages, strict=True) if leverage),
        Decimal(0),
    )
    assert find_schedule(rows, {"BTC/USD:USD": market}, total) == schedule
