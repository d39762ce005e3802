"""HTX's streamed fills and requests, with ccxt's own parsers."""

from decimal import Decimal
from typing import Any

from dashboard.domain.fill import Fee, Fill
from dashboard.domain.position import Side
from dashboard.exchange.adapters.adapter_registry import adapter_for
from dashboard.exchange.adapters.base import AccountAdapter
from tests.exchange.accounts.htx.htx_rows import swap_records, trade
from tests.exchange.builders import exchange_with, instrument_of, market

LINEAR, INVERSE = market("BTC/USDT:USDT", "BTC-USDT"), market("BTC/USD:BTC", "BTC-USD")
LISTED = (LINEAR | {"lowercaseId": "btc-usdt"}, INVERSE | {"lowercaseId": "btc-usd", "baseId": "btc"})

STREAMED = {
    "direction": "buy", "id": "100121555172810-1519705786942156810-1", "contract_code": "BTC-USDT",
    "contract_type": "swap", "order_id": "1519705786942156810", "trade_id": "155233460",
    "position_side": "both", "trade_volume": "1", "trade_price": "61629", "trade_turnover": "61.629",
    "role": "taker", "client_order_id": "1519705786942156810", "created_time": "1782367694375",
    "updated_time": "1782367694385",
}  # fmt: skip
"""Source: https://www.htx.com/en-us/opend/newApiPages/?id=8cb89359-77b5-11ed-9966-195a35275ff"""
ORDER = {
    "op": "notify", "topic": "orders.btc-usd", "ts": 1604388667226, "symbol": "BTC",
    "contract_code": "BTC-USD", "volume": 1, "price": 60000, "order_price_type": "post_only",
    "direction": "sell", "offset": "close", "status": 6, "lever_rate": 20,
    "order_id": 773207641127878656, "order_id_str": "773207641127878656",
    "created_at": 1604388667146, "trade_volume": 1, "trade_turnover": 100, "fee": -0.0000004,
    "trade_avg_price": 60000, "profit": 0, "fee_asset": "BTC", "real_profit": 0.0001,
    "trade": [{
        "trade_fee": -0.0000004, "fee_asset": "BTC", "trade_id": 113913755890,
        "id": "113913755890-773207641127878656-1", "trade_volume": 1, "trade_price": 60000,
        "trade_turnover": 100, "created_at": 1604388667194, "profit": 0, "real_profit": 0.0001,
        "role": "maker",
    }],
}  # fmt: skip
"""Source: https://huobiapi.github.io/docs/coin_margined_swap/v1/en/#subscribe-order-data-sub"""


def listed(id: str, **more: Any) -> dict[str, Any]:
    """The same execution as REST lists it."""
    same = {key: STREAMED[key] for key in ("order_id", "trade_id", "created_time", "updated_time")}
    return trade(id, 1, "buy", 1, 61629, "0.0369774") | same | more


def read(adapter: AccountAdapter, row: dict[str, Any], listed_market: dict[str, Any]) -> Fill:
    fill = adapter.fill(row, instrument_of("htx", listed_market))
    assert fill is not None
    return fill


async def test_streamed_fill_is_the_listed_one_without_its_fee() -> None:
    htx = exchange_with("htx", *LISTED)
    adapter = adapter_for(htx)
    streamed = read(adapter, htx.parse_ws_trade(STREAMED), LINEAR)
    from_history = read(adapter, htx.parse_trade(listed("1519705786942156999")), LINEAR)
    assert streamed.identity == from_history.identity
    assert streamed.traded_at == from_history.traded_at
    assert (len(streamed.fees), len(from_history.fees)) == (0, 1)
    assert read(adapter, htx.parse_trade(listed("1519705786942156999")), LINEAR).id == streamed.id
    await htx.close()


async def test_equal_executions_of_one_match_are_distinct_fills() -> None:
    htx = exchange_with("htx", *LISTED)
    adapter = adapter_for(htx)
    second = STREAMED | {"id": "100121555172810-1519705786942156810-2"}
    streamed = {read(adapter, htx.parse_ws_trade(row), LINEAR).id for row in (STREAMED, second)}
    # In another order: which of them is the first makes no difference.
    from_history = {read(adapter, htx.parse_trade(listed(id)), LINEAR).id for id in ("999", "998")}
    assert (len(streamed), streamed) == (2, from_history)
    await htx.close()


async def test_streamed_fill_of_a_coin_margined_swap_has_the_side_of_its_order() -> None:
    htx = exchange_with("htx", *LISTED)
    adapter = adapter_for(htx)
    htx.handle_order(htx.client("wss://127.0.0.1"), ORDER)
    fill = read(adapter, htx.myTrades[0], INVERSE)
    assert (fill.trade_side, fill.position_side, fill.hedged) == ("sell", Side.LONG, True)
    assert fill.fees == (Fee(Decimal("0.0000004"), "BTC"),)
    assert fill.realized_pnl == Decimal("0.0001")
    await htx.close()


async def test_coin_margined_funding_is_requested_by_the_api_of_its_own() -> None:
    htx = exchange_with("htx", *LISTED)
    adapter, calls = adapter_for(htx), []

    async def request(params: dict[str, Any]) -> Any:
        calls.append(params)
        return swap_records("BTC-USD", {
            "id": 117840, "type": 31, "amount": "-0.0001", "ts": 5, "asset": "BTC",
            "contract_code": "BTC-USD",
        }).body(params)  # fmt: skip

    htx.contractPrivatePostSwapApiV3SwapFinancialRecordExact = request
    (row,) = await adapter.fetch_funding("BTC/USD:BTC", 0, 10)
    payment = adapter.payment(row, instrument_of("htx", INVERSE))
    assert (str(payment.amount), payment.currency, payment.id) == ("-0.0001", "BTC", "117840")
    assert {call["contract"] for call in calls} == {"BTC-USD"}
    await htx.close()
