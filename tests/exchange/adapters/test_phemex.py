"""Phemex: streamed fills and pages of funding, with ccxt's own parsers.

Source of the rows: https://github.com/phemex/phemex-api-docs/blob/master/Public-Hedged-Perpetual-API.md
"""

from decimal import Decimal
from typing import Any

from dashboard.domain.fill import Fee
from dashboard.domain.position import Side
from dashboard.exchange.adapters.adapter_registry import adapter_for
from tests.exchange.accounts.phemex.phemex_rows import trade
from tests.exchange.builders import exchange_with, instrument_of, market

LINEAR = market("BTC/USDT:USDT", "BTCUSDT", settleId="USDT")
INVERSE = market("BTC/USD:BTC", "BTCUSD", settleId="BTC", priceScale=4, valueScale=8, ratioScale=8)
USD = market("ETH/USD:USD", "ETHUSD", settleId="USD", priceScale=4, valueScale=4, ratioScale=8)

ID, ORDER_ID = "b6c8d16b-c777-510c-8476-80f399b2d5ad", "fa64c6f2-47a4-4929-aab4-b7fa9bbc4323"
STREAMED = {
    "accountID": 9328670003, "action": "New", "closedPnlRv": "0", "closedSize": "0", "code": 0,
    "cumFeeRv": "0", "cumQty": "0.003", "curPosSide": "Buy", "curPosSize": "0.046", "currency": "USDT",
    "execFeeRv": "0.03730518", "execID": ID, "execPriceRp": "20725.1", "execQty": "0.003",
    "execSeq": 77751555, "execStatus": "TakerFill", "execValueRv": "62.1753", "feeRateRr": "0.0006",
    "ordStatus": "Filled", "ordType": "Market", "orderID": ORDER_ID, "orderQty": "0.003",
    "posSide": "Long", "priceRp": "21150.1", "side": "Buy", "symbol": "BTCUSDT", "tradeType": "Trade",
    "transactTimeNs": 1666858780881545305, "userID": 932867,
}  # fmt: skip
CREATED = STREAMED | {
    "execFeeRv": "0", "execID": "00000000-0000-0000-0000-000000000000", "execQty": "0", "execStatus": "New",
    "execValueRv": "0", "ordStatus": "New", "tradeType": "Amend",
}  # fmt: skip
"""An order's creation, which ccxt returns as a trade, too."""


async def test_streamed_fills_reach_the_watcher() -> None:
    phemex = exchange_with("phemex", LINEAR)
    adapter = adapter_for(phemex)
    client = phemex.client("wss://127.0.0.1")
    trades = client.future("trades:perpetual")
    phemex.handle_message(client, {"accounts_p": [], "orders_p": [CREATED, STREAMED], "positions_p": []})
    fills = [adapter.fill(row, instrument_of("phemex", LINEAR)) for row in await trades]
    assert [fill.id for fill in fills if fill] == [ID]
    await phemex.close()


async def test_streamed_fill_is_the_listed_one() -> None:
    phemex = exchange_with("phemex", LINEAR)
    adapter, instrument = adapter_for(phemex), instrument_of("phemex", LINEAR)
    listed = trade(ID, 1, "Buy", "0.003", "20725.1", "0.03730518")
    fills = [adapter.fill(phemex.parse_trade(row), instrument) for row in (CREATED, STREAMED, listed)]
    assert fills[0] is None
    assert [fill and fill.id for fill in fills[1:]] == [ID, ID]
    assert [fill and fill.contracts for fill in fills[1:]] == [Decimal("0.003")] * 2
    assert [fill and fill.fees for fill in fills[1:]] == [(Fee(Decimal("0.03730518"), "USDT"),)] * 2
    assert [fill and fill.position_side for fill in fills[1:]] == [Side.LONG] * 2
    assert [fill and fill.hedged for fill in fills[1:]] == [True, None]
    await phemex.close()


async def test_streamed_fill_in_one_way_mode_has_no_position_side() -> None:
    phemex = exchange_with("phemex", LINEAR)
    row = phemex.parse_trade(STREAMED | {"posSide": "Merged"})
    fill = adapter_for(phemex).fill(row, instrument_of("phemex", LINEAR))
    assert fill is not None
    assert fill.hedged is False
    await phemex.close()


async def test_fee_is_scaled_as_values_of_its_currency() -> None:
    phemex = exchange_with("phemex", USD)
    row = phemex.parse_trade({
        "transactTimeNs": 1578026629824704800, "symbol": "ETHUSD", "currency": "USD", "side": "Sell",
        "tradeType": "Trade", "execQty": 400, "execPriceEp": 30000000, "execFeeEv": 45000, "execID": "e1",
        "orderID": "o1", "closedPnlEv": 2000000,
    })  # fmt: skip
    fill = adapter_for(phemex).fill(row, instrument_of("phemex", USD))
    assert fill is not None
    assert (fill.price, fill.contracts, fill.realized_pnl) == (3000, 400, 200)
    assert fill.fees == (Fee(Decimal("4.5"), "USD"),)
    await phemex.close()


async def test_funding_is_fetched_by_offset_up_to_the_start() -> None:
    phemex = exchange_with("phemex", INVERSE)
    offsets: list[int] = []

    async def request(params: dict[str, Any]) -> Any:
        offsets.append(params["offset"])
        times = range(1000 - params["offset"], 1000 - params["offset"] - params["limit"], -1)
        rows = [{"symbol": "BTCUSD", "createTime": time, "execFeeEv": 1, "side": "Buy"} for time in times]
        return {"data": {"rows": rows}}

    phemex.privateGetApiDataFuturesFundingFees = request
    rows = await adapter_for(phemex).fetch_funding("BTC/USD:BTC", 700, 999)
    assert offsets == [0, 200]
    assert [row["timestamp"] for row in rows] == list(range(999, 699, -1))
    await phemex.close()


async def test_positions_are_requested_by_each_settlement_currency() -> None:
    phemex = exchange_with("phemex", LINEAR, INVERSE, USD)
    currencies: list[str] = []

    async def request(params: dict[str, Any]) -> Any:
        currencies.append(params["currency"])
        if params["currency"] == "USD":
            return {"code": 0, "data": None}
        return {"code": 0, "data": {"positions": []}}

    phemex.privateGetGAccountsAccountPositions = request
    phemex.privateGetAccountsAccountPositions = request
    read = await adapter_for(phemex).fetch_positions()
    assert currencies == ["BTC", "USD", "USDT"]
    assert [(part.name, part.symbols) for part in read.unread] == [("USD contracts", {"ETH/USD:USD"})]
    await phemex.close()
