"""The demo's order book: levels around the best bid and ask, with walls at round prices; pure."""

import random
from decimal import Decimal
from typing import NamedTuple
from zlib import crc32

from dashboard.demo.market.decimal_text import decimal_text
from dashboard.demo.market.demo_market import DemoQuote, random_size
from dashboard.demo.market.instruments import DemoInstrument

BookLevel = tuple[str, str]
"""Price and size in base coins, as Bitget writes them."""

MAX_DEPTH = 200
CHECKSUM_DEPTH = 25
WALL_STEPS = 250
"""Walls are at prices that are multiples of this many steps."""
WALL_FACTOR = 40


class DemoOrderBook(NamedTuple):
    """Both sides, best level first."""

    asks: list[BookLevel]
    bids: list[BookLevel]

    def changes_since(self, before: "DemoOrderBook") -> "DemoOrderBook":
        """The levels that are new, have another size, or are gone (size 0)."""
        return DemoOrderBook(_changes(before.asks, self.asks), _changes(before.bids, self.bids))

    def checksum(self) -> int:
        """Bitget's checksum: CRC-32, as a signed number, over the best 25 bids and asks in turn."""
        pairs = zip(self.bids[:CHECKSUM_DEPTH], self.asks[:CHECKSUM_DEPTH], strict=True)
        unsigned = crc32(":".join(part for bid, ask in pairs for part in (*bid, *ask)).encode())
        return unsigned - 2**32 if unsigned >= 2**31 else unsigned


def make_book(
    instrument: DemoInstrument, quote: DemoQuote, second: int, depth: int = MAX_DEPTH
) -> DemoOrderBook:
    """The book around a quote; sizes depend on the price and change with the second."""
    step, levels = instrument.price_step, range(1, min(depth, MAX_DEPTH))
    asks = [quote.ask + i * step for i in levels]
    bids = [quote.bid - i * step for i in levels if quote.bid > i * step]
    return DemoOrderBook(
        [_level(quote.ask, quote.ask_size), *(_random_level(instrument, price, second) for price in asks)],
        [_level(quote.bid, quote.bid_size), *(_random_level(instrument, price, second) for price in bids)],
    )


def book_fields(book: DemoOrderBook, now_ms: int) -> dict[str, object]:
    """A book as Bitget's REST and websocket write it."""
    return {"asks": book.asks, "bids": book.bids, "ts": str(now_ms)}


def _level(price: Decimal, size: Decimal) -> BookLevel:
    return decimal_text(price), decimal_text(size)


def _random_level(instrument: DemoInstrument, price: Decimal, second: int) -> BookLevel:
    steps = int(price / instrument.price_step)
    # Each second a seventh of the levels changes, not all of them together.
    rng = random.Random(f"{instrument.product}/{instrument.id}/{steps}/{(second + steps) // 7}")
    factor = WALL_FACTOR if steps % WALL_STEPS == 0 else 1
    return _level(price, random_size(instrument, rng, factor))


def _changes(before: list[BookLevel], now: list[BookLevel]) -> list[BookLevel]:
    old, new = dict(before), dict(now)
    gone = [(price, "0") for price in old if price not in new]
    return gone + [(price, size) for price, size in now if old.get(price) != size]
