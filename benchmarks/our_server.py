"""`python -m benchmarks.our_server`: the real app over the real runtime, fed by a pulse."""

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
    """A live state that knows its market, with or without a manual position in it."""
    markets = Markets(KEY, 2_000)
    book = LiveBook(markets)
    markets.apply(KEY, InstrumentResolved(MARKET))
    if manual:
        book.enter(KEY, ManualEntry(ManualPosition.from_fields(LONG)))
    return markets, book


def received(price: Decimal) -> PriceReceived:
    """A tick as the feed reports it, in which every price moves."""
    at, step = now_ms(), MARKET.price_step or Decimal(1)
    last, bid, ask = Quote(price, at), Quote(price - step, at), Quote(price + step, at)
    return PriceReceived(
        Transport.STREAM, at, Ticker(last, bid, ask, Quote(price, at), Quote(Decimal("1.82"), at))
    )


def context_of(markets: Markets, book: PositionBook) -> AppContext:
    """A context without commands."""
    return AppContext(markets, book, lambda: EngineInfo("Bitget", "BTCUSDT"), _enter, _candles, _enter)


async def _enter(*_given: object) -> None:
    """Nobody enters anything here."""


async def _candles(_timeframe: str, _market: MarketKey) -> Sequence[Candle]:
    price, bar = price_of(1), 300_000
    newest = now_ms() // bar
    return [Candle((newest - n) * bar, price, price + 60, price - 60, price) for n in range(300, 0, -1)]


def main() -> None:
    markets, book = live_state()

    def give(price: Decimal) -> None:
        markets.apply(KEY, received(price))

    def flood(count: int) -> dict[str, int]:
        """Applies `count` ticks as fast as it goes; how much memory is held then, in bytes."""
        for n in range(count):
            give(price_of(n % 10_000))
        gc.collect()
        return {"rss": psutil.Process().memory_info().rss, "version": markets.main.snapshot.version}

    serve(build_app(context_of(markets, book)), {"beat": Pulse(give).beat, "flood": flood})


if __name__ == "__main__":
    main()
