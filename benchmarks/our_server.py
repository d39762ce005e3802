"""`python -m benchmarks.our_server`: our page over our live state, with generated prices."""

import gc
from collections.abc import Sequence
from decimal import Decimal

import psutil

from benchmarks.pulse import Pulse, price_of
from benchmarks.served import serve
from dashboard.app.context import AppContext, EngineInfo
from dashboard.clock import now_ms
from dashboard.domain.events import InstrumentResolved, PriceReceived, Transport
from dashboard.domain.keys import MarketKey
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.market import Candle, Instrument, Quote, Ticker
from dashboard.domain.position_selection import ManualEntry
from dashboard.positions.live_book import LiveBook
from dashboard.positions.position_book import PositionBook
from dashboard.state.markets import Markets
from dashboard.web.app import build_app

MARKET = Instrument(
    exchange="bitget",
    symbol="BTC/USDT:USDT",
    id="BTCUSDT",
    base="BTC",
    quote="USDT",
    settle="USDT",
    kind="swap",
    price_step=Decimal("0.1"),
)
LONG = {
    "side": "long",
    "entry_price": "59500",
    "size": "0.5",
    "leverage": "20",
    "liquidation_price": "56700",
    "trap_low": "58300",
    "trap_high": "58900",
    "take_profit": "64000",
    "stop_loss": "57600",
}
KEY = MarketKey("bitget", MARKET.symbol)


def live_state(*, manual: bool = True) -> tuple[Markets, LiveBook]:
    """Returns the live state of one resolved market, by default with a manual position."""
    markets = Markets(KEY, 2_000)
    book = LiveBook(markets)
    markets.apply(KEY, InstrumentResolved(MARKET))
    if manual:
        book.enter(KEY, ManualEntry(ManualPosition.from_fields(LONG)))
    return markets, book


def received(price: Decimal) -> PriceReceived:
    """Returns a tick as the feed reports it, in which every price changes."""
    at, step = now_ms(), MARKET.price_step or Decimal(1)
    last, bid, ask = Quote(price, at), Quote(price - step, at), Quote(price + step, at)
    return PriceReceived(
        Transport.STREAM, at, Ticker(last, bid, ask, Quote(price, at), Quote(Decimal("1.82"), at))
    )


def context_of(markets: Markets, book: PositionBook) -> AppContext:
    """Returns a context whose commands do nothing."""
    return AppContext(markets, book, lambda: EngineInfo("Bitget", "BTCUSDT"), _ignore, _candles, _ignore)


async def _ignore(*_arguments: object) -> None:
    """Replaces the commands, which the benchmarks do not use."""


async def _candles(_timeframe: str, _market: MarketKey) -> Sequence[Candle]:
    price, bar = price_of(1), 300_000
    newest = now_ms() // bar
    return [Candle((newest - n) * bar, price, price + 60, price - 60, price) for n in range(300, 0, -1)]


def main() -> None:
    markets, book = live_state()

    def publish(price: Decimal) -> None:
        markets.apply(KEY, received(price))

    def flood(count: int) -> dict[str, int]:
        """Applies `count` ticks without pauses; returns the resident memory afterwards, in bytes."""
        for n in range(count):
            publish(price_of(n % 10_000))
        gc.collect()
        return {"rss": psutil.Process().memory_info().rss, "version": markets.main.snapshot.version}

    serve(build_app(context_of(markets, book)), {"beat": Pulse(publish).beat, "flood": flood})


if __name__ == "__main__":
    main()
