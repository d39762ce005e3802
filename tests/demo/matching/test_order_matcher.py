"""What orders do to the account, as the real ccxt client reads it over REST."""

from decimal import Decimal

import ccxt
import pytest

from dashboard.demo import BitgetError

SWAP, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"


async def set_best(
    exchange, *, bid: str | None = None, ask: str | None = None, symbol: str = "BTCUSDT"
) -> None:
    """Publishes the price at which the next sell or buy is filled."""
    step = Decimal("0.1") if symbol == "BTCUSDT" else Decimal("0.01")
    last = Decimal(bid) + step if bid else Decimal(ask or 0) - step
    await exchange.publish(symbol, lastPr=str(last))


async def trade(exchange, side: str, size: str, price: str, *, symbol: str = "ETHUSDT", **more):
    """An order whose first part is filled at this price."""
    await set_best(exchange, **{"ask" if side == "buy" else "bid": price}, symbol=symbol)
    return await exchange.order(symbol, side=side, size=size, **more)


async def held(owner, symbol: str = ETH) -> dict[str, Decimal]:
    """Signed sizes by side."""
    rows = await owner.fetch_positions([symbol])
    return {row["side"]: Decimal(row["contracts"]) for row in rows}


async def test_a_buy_and_a_sell_are_worth_what_the_exchange_recorded(exchange, owner):
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


async def test_the_position_of_the_start_has_a_past(exchange, owner):
    [fill] = await owner.fetch_my_trades(SWAP)
    [position] = await owner.fetch_positions()
    assert (fill["side"], Decimal(fill["amount"]), Decimal(fill["price"])) == ("buy", Decimal("0.5"), 64000)
    assert fill["timestamp"] == position["timestamp"] == exchange.market.origin_ms
    [candle] = await owner.fetch_ohlcv(SWAP, "1m", since=fill["timestamp"], limit=1)
    assert Decimal(candle[1]) == 64000


async def test_adding_averages_the_entry_and_reducing_keeps_it(exchange, owner):
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


async def test_an_order_may_be_filled_in_parts(exchange, owner):
    fills = await trade(exchange, "buy", "1", "3000", parts=3)
    assert [fill.size for fill in fills] == [Decimal("0.34"), Decimal("0.34"), Decimal("0.32")]
    assert [fill.price for fill in fills] == [3000, Decimal("3000.01"), Decimal("3000.02")]
    found = await owner.fetch_my_trades(ETH)
    assert [row["id"] for row in found] == [fill.id for fill in fills]
    assert len({row["order"] for row in found}) == 1
    assert await held(owner) == {"long": 1}


async def test_one_order_can_close_and_open(exchange, owner):
    await trade(exchange, "buy", "1", "3000")
    [fill] = await trade(exchange, "sell", "3", "3010")
    assert (fill.size, fill.profit) == (3, 10)
    [position] = await owner.fetch_positions([ETH])
    assert (position["side"], Decimal(position["contracts"])) == ("short", 2)
    assert Decimal(position["entryPrice"]) == 3010
    assert Decimal(position["liquidationPrice"]) > 3010
    [closed] = await owner.fetch_positions_history()
    assert (closed["side"], Decimal(closed["realizedPnl"])) == ("long", 10)


async def test_what_is_closed_is_history(exchange, owner):
    await trade(exchange, "sell", "2", "3000", parts=2)
    await exchange.pay_funding()
    await trade(exchange, "buy", "2", "2950", reduce_only=True)
    assert await held(owner) == {}
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


async def test_what_reduces_never_opens(exchange, owner):
    await trade(exchange, "buy", "1", "3000")
    [fill] = await trade(exchange, "sell", "5", "3000", reduce_only=True)
    assert fill.size == 1
    assert await held(owner) == {}


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"size": "1", "reduce_only": True}, "22002"),
        ({"size": "0"}, "40808"),
        ({"size": "0.001"}, "40808"),
        ({"size": "100000"}, "40762"),
    ],
    ids=["nothing to close", "nothing", "off the step", "too much"],
)
async def test_what_is_refused_changes_nothing(exchange, wish, code):
    before = (repr(exchange.account.positions), len(exchange.account.orders), exchange.account.balance)
    with pytest.raises(BitgetError) as refused:
        await exchange.order("ETHUSDT", side="buy", **wish)
    assert refused.value.code == code
    assert (
        repr(exchange.account.positions),
        len(exchange.account.orders),
        exchange.account.balance,
    ) == before


async def test_in_hedge_mode_long_and_short_are_two(exchange, owner):
    exchange.account.use_hedge_mode()
    await trade(exchange, "buy", "2", "3000")
    await trade(exchange, "sell", "1", "3000")
    assert await held(owner) == {"long": 2, "short": 1}
    [fill] = await trade(exchange, "sell", "0.5", "3010", reduce_only=True)
    assert fill.profit == 5
    assert await held(owner) == {"long": Decimal("1.5"), "short": 1}
    rows = [row["info"] for row in await owner.fetch_my_trades(ETH)]
    # Bitget tells the position's side, not the trade's: the sell that closes a long is a buy.
    assert [(row["side"], row["tradeSide"]) for row in rows] == [
        ("buy", "open"),
        ("sell", "open"),
        ("buy", "close"),
    ]
    assert {row["posMode"] for row in rows} == {"hedge_mode"}
    orders = sorted(await owner.fetch_closed_orders(ETH), key=lambda order: order["id"])
    assert [order["side"] for order in orders] == ["buy", "sell", "sell"]


async def test_liquidation_takes_the_margin(exchange, owner):
    before = exchange.account.balance
    await trade(exchange, "buy", "1", "3000")
    await exchange.publish("ETHUSDT", lastPr="2861.45", markPrice="2861.46")
    await exchange.liquidate()
    assert await held(owner) == {"long": 1}
    await exchange.publish("ETHUSDT", markPrice="2861.45")
    await exchange.liquidate()
    assert await held(owner) == {}
    bought, sold = await owner.fetch_my_trades(ETH)
    assert sold["info"]["tradeSide"] == "burst_sell_single"
    assert (Decimal(sold["price"]), Decimal(sold["info"]["profit"])) == (2850, -150)
    order = max(await owner.fetch_closed_orders(ETH), key=lambda order: order["id"])
    assert (order["info"]["orderSource"], order["info"]["enterPointSource"]) == ("liquidation", "sys")
    fees = Decimal(bought["fee"]["cost"]) + Decimal(sold["fee"]["cost"])
    assert exchange.account.balance == before - 150 - fees


async def test_a_strict_exchange_liquidates_as_prices_are_published(exchange, owner):
    exchange.auto_settle = True
    await exchange.publish("BTCUSDT", lastPr="61044.2")
    assert await held(owner, SWAP) == {}


async def test_funding_is_a_bill_and_no_fill(exchange, owner):
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


async def test_orders_are_listed_and_none_is_open(exchange, owner):
    [fill] = await trade(exchange, "buy", "1", "3000")
    [order] = await owner.fetch_closed_orders(ETH)
    assert (order["id"], order["status"], Decimal(order["filled"])) == (fill.order.id, "closed", 1)
    assert Decimal(order["fee"]["cost"]) == Decimal("1.8")
    assert (await owner.fetch_order(fill.order.id, ETH))["status"] == "closed"
    assert await owner.fetch_open_orders(ETH) == []
    with pytest.raises(ccxt.OrderNotFound):
        await owner.fetch_order("1", ETH)
