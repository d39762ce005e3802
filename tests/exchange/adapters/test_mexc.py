"""MEXC: the position mode and pages of funding, with ccxt's own parsers."""

from typing import Any

import pytest

from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.adapters.adapter_registry import adapter_for
from tests.exchange.builders import exchange_with, market

LINEAR = market("BTC/USDT:USDT", "BTC_USDT")


@pytest.mark.parametrize(
    ("stated", "hedged"), [({"data": 1}, True), ({"data": 2}, False), ({"data": 3}, None), ({}, None)]
)
async def test_position_mode_that_is_not_stated_is_unknown(stated: dict[str, Any], hedged: bool | None):
    mexc = exchange_with("mexc", LINEAR)

    async def mode(_params: dict[str, Any]) -> Any:
        return {"success": True, "code": 0, **stated}

    async def positions(_params: dict[str, Any]) -> Any:
        return {"success": True, "code": 0, "data": []}

    mexc.contractPrivateGetPositionPositionMode = mode
    mexc.contractPrivateGetPositionOpenPositions = positions
    adapter = adapter_for(mexc)
    await adapter.fetch_positions()
    assert adapter.is_hedged({}) is hedged
    await mexc.close()


def page_of_funding(times: range) -> Any:
    rows = [{"id": time, "symbol": "BTC_USDT", "funding": 1, "settleTime": time} for time in times]
    return {"success": True, "code": 0, "data": {"resultList": rows}}


async def test_funding_is_fetched_by_page_up_to_the_start():
    mexc = exchange_with("mexc", LINEAR)
    numbers: list[int] = []

    async def request(params: dict[str, Any]) -> Any:
        numbers.append(params["page_num"])
        newest = 1100 - 100 * params["page_num"]
        return page_of_funding(range(newest, newest - 100, -1))

    mexc.contractPrivateGetPositionFundingRecords = request
    rows = await adapter_for(mexc).fetch_funding("BTC/USDT:USDT", 850, 2000)
    assert numbers == [1, 2]
    assert sorted(row["timestamp"] for row in rows) == list(range(850, 1001))
    await mexc.close()


async def test_funding_without_an_end_is_not_taken_for_complete():
    mexc = exchange_with("mexc", LINEAR)

    async def request(_params: dict[str, Any]) -> Any:
        return page_of_funding(range(2000, 1900, -1))

    mexc.contractPrivateGetPositionFundingRecords = request
    with pytest.raises(ExchangeUnavailable, match="more than 500 pages"):
        await adapter_for(mexc).fetch_funding("BTC/USDT:USDT", 850, 2000)
    await mexc.close()
