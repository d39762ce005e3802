"""Liquidation and funding, as the real ccxt client reads them over REST."""

from decimal import Decimal

from tests.demo.matching.orders import ETH, SWAP, open_sizes, trade


async def test_liquidation_costs_the_margin(exchange, owner):
    before = exchange.account.balance
    await trade(exchange, "buy", "1", "3000")
    await exchange.publish("ETHUSDT", lastPr="2861.45", markPrice="2861.46")
    await exchange.liquidate()
    assert await open_sizes(owner) == {"long": 1}
    await exchange.publish("ETHUSDT", markPrice="2861.45")
    await exchange.liquidate()
    assert await open_sizes(owner) == {}
    bought, sold = await owner.fetch_my_trades(ETH)
    assert sold["info"]["tradeSide"] == "burst_sell_single"
    assert (Decimal(sold["price"]), Decimal(sold["info"]["profit"])) == (2850, -150)
    order = max(await owner.fetch_closed_orders(ETH), key=lambda order: order["id"])
    assert (order["info"]["orderSource"], order["info"]["enterPointSource"]) == ("liquidation", "sys")
    fees = Decimal(bought["fee"]["cost"]) + Decimal(sold["fee"]["cost"])
    assert exchange.account.balance == before - 150 - fees


async def test_auto_settle_liquidates_when_a_price_is_published(exchange, owner):
    exchange.auto_settle = True
    await exchange.publish("BTCUSDT", lastPr="61044.2")
    assert await open_sizes(owner, SWAP) == {}


async def test_funding_is_a_bill_and_not_a_fill(exchange, owner):
    await exchange.publish("BTCUSDT", lastPr="64100", fundingRate="0.0002")
    await exchange.pay_funding()
    await trade(exchange, "sell", "1", "3000")
    await exchange.pay_funding()
    found = await owner.fetch_funding_history(SWAP)
    assert [Decimal(row["amount"]) for row in found] == [Decimal("-6.41")] * 2
    [received] = await owner.fetch_funding_history(ETH)
    assert Decimal(received["amount"]) > 0
    assert [row["info"]["tradeSide"] for row in await owner.fetch_my_trades(SWAP)] == ["buy_single"]
    [position] = await owner.fetch_positions([SWAP])
    assert position["info"]["totalFee"] == "-12.82"
