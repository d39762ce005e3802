"""Orders at given prices on the demo exchange, and the positions that result, read by a real ccxt client."""

from decimal import Decimal

SWAP, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"


async def set_best(
    exchange, *, bid: str | None = None, ask: str | None = None, symbol: str = "BTCUSDT"
) -> None:
    """Publishes the price at which the next sell or buy is filled."""
    step = Decimal("0.1") if symbol == "BTCUSDT" else Decimal("0.01")
    last = Decimal(bid) + step if bid else Decimal(ask or 0) - step
    await exchange.publish(symbol, lastPr=str(last))


async def trade(exchange, side: str, size: str, price: str, *, symbol: str = "ETHUSDT", **options):
    """Places an order whose first part is filled at this price."""
    await set_best(exchange, **{"ask" if side == "buy" else "bid": price}, symbol=symbol)
    return await exchange.order(symbol, side=side, size=size, **options)


async def open_sizes(client, symbol: str = ETH) -> dict[str, Decimal]:
    """The sizes of the open positions by side."""
    rows = await client.fetch_positions([symbol])
    return {row["side"]: Decimal(row["contracts"]) for row in rows}
