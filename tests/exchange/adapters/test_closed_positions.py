"""Lists of closed positions: only a position that is closed completely confirms that it is flat."""

from typing import Any

from dashboard.exchange.adapters.adapter_registry import adapter_for
from tests.exchange.adapters.test_requests import stub_request
from tests.exchange.builders import exchange_with, market
from tests.exchange.test_normalize_positions import BYBIT, BYBIT_UNUSED

BTC, ETH, SOL = (f"{coin}/USDT:USDT" for coin in ("BTC", "ETH", "SOL"))
CLOSED_MS = 1_786_542_349_220

BYBIT_CLOSED = {
    "symbol": "BTCUSDT", "orderType": "Market", "leverage": "10", "updatedTime": f"{CLOSED_MS}",
    "side": "Sell",
    "closedPnl": "5", "avgEntryPrice": "60000", "qty": "1", "cumEntryValue": "60000", "closedSize": "1",
    "createdTime": f"{CLOSED_MS}", "avgExitPrice": "60005", "execType": "Trade", "cumExitValue": "60005",
}  # fmt: skip
"""Sold, so a long was closed, or a part of it."""
OKX_CLOSED = {
    "cTime": "1", "uTime": f"{CLOSED_MS}", "instId": "BTC-USDT-SWAP", "instType": "SWAP", "lever": "10",
    "mgnMode": "cross", "openAvgPx": "60000", "closeAvgPx": "61000", "closeTotalPos": "1", "openMaxPos": "1",
    "posId": "1", "posSide": "net", "direction": "long", "type": "2", "realizedPnl": "1",
}  # fmt: skip


async def closed_since(exchange: Any, since: int) -> list[tuple[str, str]]:
    rows = await adapter_for(exchange).fetch_closed_positions(since)
    await exchange.close()
    return [(row["symbol"], row["side"]) for row in rows]


async def test_bybit_position_is_closed_if_its_market_is_flat() -> None:
    listed = [market(f"{coin}/USDT:USDT", f"{coin}USDT") for coin in ("BTC", "ETH", "SOL")]
    bybit = exchange_with("bybit", *listed)
    closed = [BYBIT_CLOSED | {"symbol": f"{coin}USDT"} for coin in ("BTC", "ETH", "SOL")]
    held = {
        "BTCUSDT": [BYBIT | {"side": "Buy"}],
        "ETHUSDT": [BYBIT_UNUSED | {"symbol": "ETHUSDT"}],
        "SOLUSDT": [],
    }
    stub_request(
        bybit,
        "privateGetV5PositionClosedPnl",
        lambda params: {"result": {"list": closed if params["category"] == "linear" else []}},
    )
    stub_request(
        bybit, "privateGetV5PositionList", lambda params: {"result": {"list": held[params["symbol"]]}}
    )
    assert await closed_since(bybit, CLOSED_MS) == [(ETH, "long")]


async def test_position_closed_earlier_is_omitted() -> None:
    bybit = exchange_with("bybit", market(BTC, "BTCUSDT"))
    stub_request(bybit, "privateGetV5PositionClosedPnl", lambda _params: {"result": {"list": [BYBIT_CLOSED]}})
    assert await closed_since(bybit, CLOSED_MS + 1) == []


async def test_okx_position_is_closed_by_a_complete_close() -> None:
    okx = exchange_with("okx", market(BTC, "BTC-USDT-SWAP"))
    rows = [OKX_CLOSED | {"type": kind, "posId": kind} for kind in "123456"]
    stub_request(okx, "privateGetAccountPositionsHistory", lambda _params: {"data": rows})
    adapter = adapter_for(okx)
    assert [row["id"] for row in await adapter.fetch_closed_positions(0)] == ["2", "3", "6"]
    await okx.close()
