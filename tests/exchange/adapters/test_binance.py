"""Binance and Aster: rows that the table of accounts does not have."""

from decimal import Decimal
from typing import Any

import pytest

from dashboard.domain.position import Side
from dashboard.exchange.adapters.adapter_registry import adapter_for
from tests.domain.builders import dec
from tests.exchange.accounts.binance.binance_rows import INVERSE, LINEAR
from tests.exchange.adapters.test_requests import stub_request
from tests.exchange.builders import exchange_with, instrument_of, market

LISTED = market("BTC/USDT:USDT", "BTCUSDT")
COIN = market(
    "BTC/USD:BTC",
    "BTCUSD_PERP",
    contractSize="100",
    precision={"price": "0.1", "amount": "1", "base": "1e-8"},
)


@pytest.mark.parametrize(
    ("margin", "leverage"),
    [
        pytest.param("3050", "10", id="a tenth"),
        pytest.param("3050.2", "10", id="of another currency, in multi-assets mode"),
        pytest.param("244.00000001", "125", id="rounded"),
        pytest.param("2904.7", None, id="no whole number: margin of both sides of a hedge"),
        pytest.param("0", None, id="no margin"),
        pytest.param(None, None, id="not stated"),
    ],
)
def test_leverage_follows_from_the_margin(margin: str | None, leverage: str | None) -> None:
    binance = exchange_with("binance", LISTED)
    row = binance.parse_position_risk(LINEAR | {"positionInitialMargin": margin})
    read = adapter_for(binance).position(row, instrument_of("binance", LISTED))
    assert read.leverage == dec(leverage)


def test_margin_of_orders_is_not_that_of_the_position() -> None:
    binance = exchange_with("binance", LISTED)
    row = binance.parse_position_risk(LINEAR | {"initialMargin": "6100", "openOrderInitialMargin": "3050"})
    read = adapter_for(binance).position(row, instrument_of("binance", LISTED))
    assert read.leverage == 10
    assert read.reported is not None
    assert read.reported.initial_margin == 3050


def test_stated_leverage_comes_first() -> None:
    binance = exchange_with("binance", LISTED)
    row = binance.parse_position_risk(LINEAR | {"leverage": "20"})
    assert adapter_for(binance).position(row, instrument_of("binance", LISTED)).leverage == 20


@pytest.mark.parametrize(
    ("row", "side"),
    [
        pytest.param({"positionAmt": "-0.1", "notional": "0"}, Side.SHORT, id="no notional value"),
        pytest.param({"positionAmt": "0.1", "positionSide": "SHORT"}, Side.SHORT, id="an unsigned amount"),
    ],
)
async def test_side_of_a_position(row: dict[str, Any], side: Side) -> None:
    usdm = exchange_with("binanceusdm", LISTED)
    adapter = adapter_for(usdm)
    stub_request(usdm, "fapiPrivateV3GetPositionRisk", lambda _params: [LINEAR | row])
    (read,) = (await adapter.fetch_positions()).rows
    assert read["side"] is side
    await usdm.close()


@pytest.mark.parametrize(
    ("exchange", "families"),
    [
        ("binance", ["USD-margined futures", "coin-margined futures"]),
        ("binanceusdm", ["USD-margined futures"]),
        ("binancecoinm", ["coin-margined futures"]),
    ],
)
def test_families_are_those_of_the_loaded_markets(exchange: str, families: list[str]) -> None:
    adapter = adapter_for(exchange_with(exchange))
    assert [family.name for family in adapter.position_families] == families
    assert len(adapter.fill_streams) == len(families)


@pytest.mark.parametrize(
    ("option", "count"), [({"types": ["spot"]}, 2), (["spot", "linear"], 1)], ids=["no futures", "a list"]
)
def test_families_of_configured_markets(option: Any, count: int) -> None:
    binance = exchange_with("binance")
    binance.options["fetchMarkets"] = option
    assert len(adapter_for(binance).position_families) == count


async def test_coin_margined_main_market_is_requested() -> None:
    binance = exchange_with("binance", LISTED, COIN)
    linear = stub_request(binance, "fapiPrivateV3GetPositionRisk", lambda _params: [])
    inverse = stub_request(binance, "dapiPrivateGetPositionRisk", lambda _params: [INVERSE])
    read = await adapter_for(binance).fetch_positions(instrument_of("binance", COIN))
    assert [row["symbol"] for row in read.rows] == ["BTC/USD:BTC"]
    assert (linear, inverse) == ([{}], [{}])  # no brackets of margin, and no parameter of ccxt's own
    await binance.close()


async def test_portfolio_margin_has_endpoints_of_its_own() -> None:
    binance = exchange_with("binance", LISTED, COIN)
    binance.options["portfolioMargin"] = True
    row = {key: LINEAR[key] for key in ("symbol", "positionSide", "positionAmt", "entryPrice", "notional")}
    stub_request(binance, "papiGetUmPositionRisk", lambda _params: [row | {"leverage": "100"}])
    stub_request(binance, "papiGetCmPositionRisk", lambda _params: [])
    (read,) = (await adapter_for(binance).fetch_positions()).rows
    held = adapter_for(binance).position(read, instrument_of("binance", LISTED))
    assert (held.leverage, held.margin_mode, held.contracts) == (100, None, Decimal("0.5"))
    await binance.close()


def test_row_without_a_position_side_states_no_mode() -> None:
    """ccxt takes it for hedge mode."""
    aster = exchange_with("aster", LISTED)
    row = aster.parse_position_risk({key: LINEAR[key] for key in LINEAR if key != "positionSide"})
    assert row["hedged"] is True
    assert adapter_for(aster).is_hedged(row) is None
