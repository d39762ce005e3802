"""What has to be asked in parts, with ccxt's own objects and an exchange's answers in their place."""

from typing import Any

import pytest

from dashboard.exchange import exchange_quirks
from tests.exchange.builders import exchange_with, instrument_of, market
from tests.exchange.test_positions import BYBIT

SWAP = "BTC/USDT:USDT"


def bybits_row(number: int) -> dict[str, Any]:
    return BYBIT | {"symbol": f"C{number}USDT"}


@pytest.fixture
def bybit() -> Any:
    listed = [market(f"C{number}/USDT:USDT", f"C{number}USDT") for number in range(450)]
    return exchange_with("bybit", *listed)


def answering(exchange: Any, method: str, answer: Any) -> list[dict[str, Any]]:
    """Puts `answer` in place of one of ccxt's requests; gives the parameters of each."""
    asked: list[dict[str, Any]] = []

    async def request(params: dict[str, Any]) -> Any:
        asked.append(params)
        return answer(params)

    setattr(exchange, method, request)
    return asked


async def test_bybits_positions_come_by_coin_and_by_page(bybit: Any) -> None:
    def page(params: dict[str, Any]) -> Any:
        if params.get("settleCoin") != "USDT":
            return {"result": {"list": [], "nextPageCursor": ""}}
        start = int(params.get("cursor", 0))
        end = min(start + 200, 450)
        rows = [bybits_row(number) for number in range(start, end)]
        return {"result": {"list": rows, "nextPageCursor": str(end) if end < 450 else ""}}

    asked = answering(bybit, "privateGetV5PositionList", page)
    assert len(await exchange_quirks.positions(bybit, None)) == 450
    parts = {(params["category"], params.get("settleCoin")) for params in asked}
    assert parts == {("linear", "USDT"), ("linear", "USDC"), ("inverse", None)}
    await bybit.close()


async def test_a_coin_margined_market_is_asked_for_by_name_elsewhere() -> None:
    inverse = market("BTC/USD:BTC", "BTC-USD")
    htx = exchange_with("htx", inverse)
    linear = answering(htx, "contractPrivateGetV5TradePositionOpens", lambda _params: {"data": []})
    own = answering(htx, "contractPrivatePostSwapApiV1SwapPositionInfo", lambda _params: {"data": [
        {"contract_code": "BTC-USD", "direction": "buy", "volume": "1", "cost_open": "3", "lever_rate": 5},
    ]})  # fmt: skip
    rows = await exchange_quirks.positions(htx, instrument_of("htx", inverse))
    assert [row["symbol"] for row in rows] == ["BTC/USD:BTC"]
    assert (len(linear), len(own)) == (1, 1)
    await htx.close()


async def test_krakens_fills_are_asked_for_backwards() -> None:
    kraken = exchange_with("krakenfutures", market("BTC/USD:USD", "PF_XBTUSD"))
    asked = answering(kraken, "privateGetFills", lambda _params: {"fills": []})
    assert await exchange_quirks.trades(kraken, "BTC/USD:USD", (0, 1786542349220), {}) == []
    assert asked == [{"lastFillTime": "2026-08-12T13:45:49.220Z"}]
    await kraken.close()


async def test_bybits_liquidations_are_asked_for() -> None:
    bybit = exchange_with("bybit", market(SWAP, "BTCUSDT"))
    asked = answering(bybit, "privateGetV5ExecutionList", lambda _params: {"result": {"list": []}})
    for params in exchange_quirks.TRADES["bybit"]:
        await exchange_quirks.trades(bybit, SWAP, (0, 1), params)
    assert {params["execType"] for params in asked} == {"Trade", "BustTrade", "AdlTrade", "Settle"}
    await bybit.close()


async def test_a_unified_bitget_account_is_asked_in_its_own_way() -> None:
    bitget = exchange_with("bitget", market(SWAP, "BTCUSDT"))
    bitget.options["uta"] = True
    asked = answering(
        bitget, "privateUtaGetV3PositionCurrentPosition", lambda _params: {"data": {"list": []}}
    )
    assert await exchange_quirks.positions(bitget, None) == []
    assert [params["category"] for params in asked] == ["USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES"]
    await bitget.close()
