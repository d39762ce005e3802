"""Requests in several parts, with ccxt's own objects and stubbed responses of the exchange."""

from typing import Any

import pytest
from ccxt.base.errors import RequestTimeout

from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.adapters.adapter_registry import adapter_for
from dashboard.exchange.ccxt_numbers import limit_numbers
from tests.exchange.builders import exchange_with, instrument_of, market
from tests.exchange.test_normalize_fills import BYBIT as BYBIT_FILL
from tests.exchange.test_normalize_positions import BITGET, BYBIT

SWAP = "BTC/USDT:USDT"
BYBIT_FILL_MS = 1786542349220


def bybit_row(number: int) -> dict[str, Any]:
    return BYBIT | {"symbol": f"C{number}USDT"}


@pytest.fixture
def bybit() -> Any:
    listed = [market(f"C{number}/USDT:USDT", f"C{number}USDT") for number in range(450)]
    return exchange_with("bybit", *listed)


def stub_request(exchange: Any, method: str, response: Any) -> list[dict[str, Any]]:
    """Replaces one of ccxt's requests by `response`. Returns the list of parameters of each call."""
    calls: list[dict[str, Any]] = []

    async def request(params: dict[str, Any] | None = None) -> Any:
        calls.append(params or {})
        return response(params or {})

    setattr(exchange, method, request)
    return calls


async def test_bybit_positions_are_fetched_by_coin_and_page(bybit: Any) -> None:
    def page(params: dict[str, Any]) -> Any:
        if params.get("settleCoin") != "USDT":
            return {"result": {"list": [], "nextPageCursor": ""}}
        start = int(params.get("cursor", 0))
        end = min(start + 200, 450)
        rows = [bybit_row(number) for number in range(start, end)]
        return {"result": {"list": rows, "nextPageCursor": str(end) if end < 450 else ""}}

    calls = stub_request(bybit, "privateGetV5PositionList", page)
    assert len((await adapter_for(bybit).fetch_positions()).rows) == 450
    parts = {(params["category"], params.get("settleCoin")) for params in calls}
    assert parts == {("linear", "USDT"), ("linear", "USDC"), ("inverse", None)}
    await bybit.close()


async def test_htx_positions_are_fetched_by_each_api() -> None:
    htx = exchange_with("htx", market("BTC/USD:BTC", "BTC-USD"))
    linear = stub_request(htx, "contractPrivateGetV5TradePositionOpens", lambda _params: {"data": []})
    futures = stub_request(htx, "contractPrivatePostApiV1ContractPositionInfo", lambda _params: {"data": []})
    swaps = stub_request(htx, "contractPrivatePostSwapApiV1SwapPositionInfo", lambda _params: {"data": [
        {"contract_code": "BTC-USD", "direction": "buy", "volume": "1", "cost_open": "3", "lever_rate": 5},
    ]})  # fmt: skip
    rows = (await adapter_for(htx).fetch_positions()).rows
    assert [row["symbol"] for row in rows] == ["BTC/USD:BTC"]
    assert (len(linear), len(futures), len(swaps)) == (1, 1, 1)
    await htx.close()


async def test_kraken_fills_are_fetched_backwards() -> None:
    kraken = exchange_with("krakenfutures", market("BTC/USD:USD", "PF_XBTUSD"))
    calls = stub_request(kraken, "privateGetFills", lambda _params: {"fills": []})
    assert await adapter_for(kraken).fetch_trades_page("BTC/USD:USD", (0, 1786542349220), {}) == []
    assert calls == [{"lastFillTime": "2026-08-12T13:45:49.220Z"}]
    await kraken.close()


async def test_bybit_executions_of_all_types_are_fetched_by_cursor() -> None:
    """Liquidations and deliveries too; a page may have less than all fills of one millisecond."""
    bybit = exchange_with("bybit", market(SWAP, "BTCUSDT"))

    def page(params: dict[str, Any]) -> Any:
        start = int(params.get("cursor", 0))
        rows = [BYBIT_FILL | {"execId": str(number)} for number in range(start, min(start + 100, 250))]
        return {"result": {"list": rows, "nextPageCursor": str(start + 100) if start < 200 else ""}}

    calls = stub_request(bybit, "privateGetV5ExecutionList", page)
    rows = await adapter_for(bybit).fetch_trades(SWAP, 0, BYBIT_FILL_MS)
    assert len({row["id"] for row in rows}) == 250
    assert not [params for params in calls if "execType" in params]
    assert max(params["endTime"] - params["startTime"] for params in calls) < 7 * 24 * 3_600_000
    await bybit.close()


async def test_response_without_a_list_is_no_empty_history() -> None:
    bybit = exchange_with("bybit", market(SWAP, "BTCUSDT"))
    stub_request(bybit, "privateGetV5ExecutionList", lambda _params: {"retCode": 0})
    with pytest.raises(
        ExchangeUnavailable, match=r"^bybit: the response has no result; it is requested again$"
    ):
        await adapter_for(bybit).fetch_trades(SWAP, 0, 1)
    await bybit.close()


@pytest.mark.parametrize("size", ["abc", "1E+1E", "1E+999999999", "9" * 5_000], ids=lambda size: size[:12])
async def test_family_with_a_row_that_ccxt_cannot_parse_is_unread(bybit: Any, size: str) -> None:
    """It is not flat: the markets of the family may have a position."""

    def page(params: dict[str, Any]) -> Any:
        rows = [bybit_row(1) | {"size": size}] if params.get("settleCoin") == "USDT" else []
        return {"result": {"list": rows, "nextPageCursor": ""}}

    stub_request(bybit, "privateGetV5PositionList", page)
    limit_numbers()
    read = await adapter_for(bybit).fetch_positions()
    assert read.rows == ()
    (unread,) = read.unread
    assert "C1/USDT:USDT" in unread.symbols
    await bybit.close()


@pytest.fixture
def bitget() -> Any:
    return exchange_with("bitget", market(SWAP, "BTCUSDT"))


def fail_request(exchange: Any, method: str, *errors: Exception) -> None:
    """Makes one of ccxt's requests fail with each of the errors in turn, and then be empty."""
    remaining = list(errors)

    async def request(_params: object = None) -> Any:
        if remaining:
            raise remaining.pop(0)
        return {"data": {"holdMode": "one_way_mode"}}

    setattr(exchange, method, request)


async def test_bitget_unified_account_uses_its_own_endpoint(bitget: Any) -> None:
    fail_request(bitget, "privateUtaGetV3AccountSettings")
    calls = stub_request(
        bitget, "privateUtaGetV3PositionCurrentPosition", lambda _params: {"data": {"list": None}}
    )
    assert (await adapter_for(bitget).fetch_positions()).rows == ()
    assert [params["category"] for params in calls] == ["USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES"]
    await bitget.close()


async def test_timeout_does_not_turn_a_unified_account_into_a_classic_one(bitget: Any) -> None:
    fail_request(bitget, "privateUtaGetV3AccountSettings", RequestTimeout("no response"))
    unified = stub_request(
        bitget, "privateUtaGetV3PositionCurrentPosition", lambda _params: {"data": {"list": []}}
    )
    adapter = adapter_for(bitget)
    with pytest.raises(ExchangeUnavailable):
        await adapter.fetch_positions()
    await adapter.fetch_positions()
    assert len(unified) == 3
    await bitget.close()


async def test_bitget_position_in_another_coin_than_its_market_is_unreadable(bitget: Any) -> None:
    """Its PnL would be counted in the wrong coin."""
    row = bitget.parse_position(BITGET | {"marginCoin": "ETH"})
    with pytest.raises(ExchangeUnavailable, match=r"^bitget: BTC/USDT:USDT is margined in ETH: unsupported$"):
        adapter_for(bitget).position(row, instrument_of("bitget", market(SWAP, "BTCUSDT")))
    await bitget.close()
