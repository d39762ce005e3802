from decimal import Decimal

SWAP = "BTC/USDT:USDT"


async def test_initial_position_has_an_opening_fill(exchange, owner):
    [fill] = await owner.fetch_my_trades(SWAP)
    [position] = await owner.fetch_positions()
    assert (fill["side"], Decimal(fill["amount"]), Decimal(fill["price"])) == ("buy", Decimal("0.5"), 64000)
    assert fill["timestamp"] == position["timestamp"] == exchange.market.origin_ms
    [candle] = await owner.fetch_ohlcv(SWAP, "1m", since=fill["timestamp"], limit=1)
    assert Decimal(candle[1]) == 64000
