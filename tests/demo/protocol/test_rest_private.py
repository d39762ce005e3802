from dataclasses import replace
from decimal import Decimal

from dashboard.demo import DemoPosition

SWAP, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"


async def test_demo_position_is_valued_at_the_mark_price(exchange, connect):
    client = connect(keys=True, number=str)
    await exchange.publish("BTCUSDT", lastPr="63000", markPrice="63001.5")
    [position] = await client.fetch_positions()
    assert (position["symbol"], position["side"], position["marginMode"]) == (SWAP, "long", "isolated")
    assert position["hedged"] is False
    assert Decimal(position["contracts"]) == Decimal("0.5")
    assert Decimal(position["entryPrice"]) == 64000
    assert Decimal(position["unrealizedPnl"]) == Decimal("-499.25")
    assert Decimal(position["markPrice"]) == Decimal("63001.5")
    assert position["info"]["liquidationPrice"] == position["liquidationPrice"] == "61044.2"
    assert (await client.fetch_position(SWAP))["entryPrice"] == position["entryPrice"]
    assert "/api/v3/account/settings" in exchange.requests


async def test_owner_of_the_account_is_reported(exchange, connect):
    answer = await connect(keys=True).privateSpotGetV2SpotAccountInfo()
    assert answer["data"]["userId"] == exchange.account.user_id


async def test_positions_can_be_replaced_by_a_test(exchange, connect):
    client = connect(keys=True)
    long = exchange.account.positions[0]
    hedge = replace(long, hold_side="short", pos_mode="hedge_mode", total=Decimal("0.1"), leverage=10)
    exchange.account.positions = [replace(long, pos_mode="hedge_mode", liquidation_price="0"), hedge]
    found = {position["side"]: position for position in await client.fetch_positions([SWAP])}
    assert set(found) == {"long", "short"}
    assert all(position["hedged"] for position in found.values())
    # ccxt estimates a liquidation price where the exchange reports none.
    assert found["long"]["info"]["liquidationPrice"] == "0"
    assert found["long"]["liquidationPrice"] > 0
    exchange.account.positions = []
    assert await client.fetch_positions() == []


async def test_coin_margined_positions_are_listed_under_their_product_only(exchange, connect):
    client = connect(keys=True)
    exchange.account.positions = [
        DemoPosition(symbol="BTCUSD", product="COIN-FUTURES", margin_coin="BTC", total=Decimal(1))
    ]
    assert await client.fetch_positions() == []
    [position] = await client.fetch_positions([INVERSE])
    assert (position["symbol"], position["contracts"]) == (INVERSE, 1)
