"""Effects of orders on the account, as the real ccxt client reads them over REST."""

from decimal import Decimal

import ccxt
import pytest

from tests.demo.matching.orders import ETH, SWAP, open_sizes, trade


async def test_profit_and_fees_match_a_recorded_buy_and_sell(exchange, owner):
    exchange.account.positions = []
    await trade(exchange, "buy", "0.001", "64045.9", symbol="BTCUSDT")
    await trade(exchange, "sell", "0.001", "64027.7", symbol="BTCUSDT")
    _, bought, sold = await owner.fetch_my_trades(SWAP)
    assert [row["info"]["profit"] for row in (bought, sold)] == ["0", "-0.0182"]
    assert [Decimal(row["fee"]["cost"]) for row in (bought, sold)] == [
        Decimal("0.03842754"),
        Decimal("0.03841662"),
    ]
    assert [row["info"]["tradeSide"] for row in (bought, sold)] == ["buy_single", "sell_single"]
    assert exchange.account.positions == []


async def test_adding_averages_the_entry_price_and_reducing_keeps_it(exchange, owner):
    await trade(exchange, "buy", "1", "3000")
    await trade(exchange, "buy", "3", "3100")
    [position] = await owner.fetch_positions([ETH])
    assert (Decimal(position["contracts"]), Decimal(position["entryPrice"])) == (4, 3075)
    assert Decimal(position["initialMargin"]) == Decimal("615")
    first = Decimal(position["liquidationPrice"])
    assert first == (3075 * Decimal("0.95") / Decimal("0.996")).quantize(Decimal("0.01"))
    [fill] = await trade(exchange, "sell", "1.5", "3175", reduce_only=True)
    assert (fill.profit, fill.fee) == (150, Decimal("-2.8575"))
    [position] = await owner.fetch_positions([ETH])
    assert (Decimal(position["contracts"]), Decimal(position["entryPrice"])) == (Decimal("2.5"), 3075)
    assert Decimal(position["liquidationPrice"]) == first
    assert position["info"]["achievedProfits"] == "150"


async def test_order_can_be_filled_in_parts(exchange, owner):
    fills = await trade(exchange, "buy", "1", "3000", parts=3)
    assert [fill.size for fill in fills] == [Decimal("0.34"), Decimal("0.34"), Decimal("0.32")]
    assert [fill.price for fill in fills] == [3000, Decimal("3000.01"), Decimal("3000.02")]
    found = await owner.fetch_my_trades(ETH)
    assert [row["id"] for row in found] == [fill.id for fill in fills]
    assert len({row["order"] for row in found}) == 1
    assert await open_sizes(owner) == {"long": 1}


async def test_one_order_closes_a_long_and_opens_a_short(exchange, owner):
    await trade(exchange, "buy", "1", "3000")
    [fill] = await trade(exchange, "sell", "3", "3010")
    assert (fill.size, fill.profit) == (3, 10)
    [position] = await owner.fetch_positions([ETH])
    assert (position["side"], Decimal(position["contracts"])) == ("short", 2)
    assert Decimal(position["entryPrice"]) == 3010
    assert Decimal(position["liquidationPrice"]) > 3010
    [closed] = await owner.fetch_positions_history()
    assert (closed["side"], Decimal(closed["realizedPnl"])) == ("long", 10)


async def test_closed_position_is_listed_in_the_position_history(exchange, owner):
    await trade(exchange, "sell", "2", "3000", parts=2)
    await exchange.pay_funding()
    await trade(exchange, "buy", "2", "2950", reduce_only=True)
    assert await open_sizes(owner) == {}
    [closed] = await owner.fetch_positions_history([ETH])
    info = {
        name: Decimal(closed["info"][name])
        for name in ("pnl", "netProfit", "totalFunding", "openFee", "closeFee")
    }
    assert (closed["side"], Decimal(closed["contracts"]), Decimal(closed["lastPrice"])) == ("short", 2, 2950)
    assert info["pnl"] == 2 * (Decimal("2999.995") - 2950)
    assert info["openFee"] == Decimal("-0.0006") * 2 * Decimal("2999.995")
    assert info["totalFunding"] > 0
    assert info["netProfit"] == sum(info.values()) - info["netProfit"]


async def test_reduce_only_order_never_opens_a_position(exchange, owner):
    await trade(exchange, "buy", "1", "3000")
    [fill] = await trade(exchange, "sell", "5", "3000", reduce_only=True)
    assert fill.size == 1
    assert await open_sizes(owner) == {}


async def test_hedge_mode_has_separate_long_and_short_positions(exchange, owner):
    exchange.account.use_hedge_mode()
    await trade(exchange, "buy", "2", "3000")
    await trade(exchange, "sell", "1", "3000")
    assert await open_sizes(owner) == {"long": 2, "short": 1}
    [fill] = await trade(exchange, "sell", "0.5", "3010", reduce_only=True)
    assert fill.profit == 5
    assert await open_sizes(owner) == {"long": Decimal("1.5"), "short": 1}
    rows = [row["info"] for row in await owner.fetch_my_trades(ETH)]
    # Bitget reports the position's side, not the trade's: the sell that closes a long is a buy.
    assert [(row["side"], row["tradeSide"]) for row in rows] == [
        ("buy", "open"),
        ("sell", "open"),
        ("buy", "close"),
    ]
    assert {row["posMode"] for row in rows} == {"hedge_mode"}
    orders = sorted(await owner.fetch_closed_orders(ETH), key=lambda order: order["id"])
    assert [order["side"] for order in orders] == ["buy", "sell", "sell"]


async def test_filled_order_is_listed_as_closed_and_none_is_open(exchange, owner):
    [fill] = await trade(exchange, "buy", "1", "3000")
    [order] = await owner.fetch_closed_orders(ETH)
    assert (order["id"], order["status"], Decimal(order["filled"])) == (fill.order.id, "closed", 1)
    assert Decimal(order["fee"]["cost"]) == Decimal("1.8")
    assert (await owner.fetch_order(fill.order.id, ETH))["status"] == "closed"
    assert await owner.fetch_open_orders(ETH) == []
    with pytest.raises(ccxt.OrderNotFound):
        await owner.fetch_order("1", ETH)
