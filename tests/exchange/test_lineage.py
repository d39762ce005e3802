"""Regional exchanges are read as those that they are derived from in ccxt."""

import pytest

from dashboard.domain.market import Payoff
from dashboard.exchange import normalize, pagination
from dashboard.exchange.account_uid import UID_REQUESTS
from dashboard.exchange.adapters.adapter_registry import adapter_for
from dashboard.exchange.lineage import find, lineage
from dashboard.exchange.ticker_formats import format_of
from tests.exchange.builders import exchange_with

REGIONAL = {
    "binancecoinm": "binance",
    "binanceus": "binance",
    "binanceusdm": "binance",
    "bybiteu": "bybit",
    "bybitid": "bybit",
    "gateeu": "gate",
    "kucoinfutures": "kucoin",
    "myokx": "okx",
    "okxus": "okx",
}


@pytest.mark.parametrize(("regional", "whole"), REGIONAL.items())
async def test_region_has_adapter_format_and_requests_of_the_whole(regional: str, whole: str) -> None:
    exchange, parent = exchange_with(regional), exchange_with(whole)
    assert type(adapter_for(exchange)) is type(adapter_for(parent))
    assert format_of(regional) is format_of(whole) is not format_of("an exchange to come")
    assert find(UID_REQUESTS, regional) is UID_REQUESTS[whole]
    await exchange.close()
    await parent.close()


def test_nearest_entry_is_found() -> None:
    assert lineage("myokx")[:2] == ("myokx", "okx")
    assert find({"okx": 1, "Exchange": 2}, "myokx") == 1
    assert find({"myokx": 0, "okx": 1}, "myokx") == 0
    assert find({"okx": 1}, "bybit") is None
    assert find({"okx": 1}, "no exchange") is None


@pytest.mark.parametrize(
    ("exchange", "count"),
    [("binance", 2), ("binanceus", 2), ("bybiteu", 2), ("binancecoinm", 1), ("myokx", 1)],
)
def test_margin_tiers_of_a_region(exchange: str, count: int) -> None:
    rows = [{"minNotional": floor, "maintenanceMarginRate": "0.01"} for floor in ("0", "5000")]
    assert len(normalize.margin_tiers(exchange, rows)) == count


def test_inverse_contract_of_a_region_has_the_contract_size_of_the_whole() -> None:
    market = {
        "symbol": "BTC/USD:BTC", "id": "BTCUSD", "base": "BTC", "quote": "USD", "settle": "BTC",
        "type": "swap", "contract": True, "inverse": True, "contractSize": "100",
    }  # fmt: skip
    read = normalize.instrument("bybiteu", market, 4)
    assert (read.payoff, read.contract_size) == (Payoff.INVERSE, 1)


def test_spans_of_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "_MAX_SPANS_MS", {"okx": 7})
    assert find(pagination._MAX_SPANS_MS, "okxus") == 7
