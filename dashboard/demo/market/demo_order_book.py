"""The order book: levels around the best bid and ask, with a wall at round prices; pure."""

import random
from decimal import Decimal
from typing import NamedTuple
from zlib import crc32

from dashboard.demo.market.demo_market import DemoQuote, plain, typical_size
from dashboard.demo.market.instruments import DemoInstrument

BookLevel = tuple[str, str]
"""Price and size in base coins, as Bitget writes them."""

DEEPEST = 200
CHECKED = 25
ROUND = 250
"""Walls stand where the price is a multiple of this many steps."""


class DemoOrderBook(NamedTuple):
    """Both sides, the best level first."""

    asks: list[BookLevel]
    bids: list[BookLevel]

    def changes_since(self, before: "DemoOrderBook") -> "DemoOrderBook":
        """The levels that are new, have another size, or are gone (size 0)."""
        return DemoOrderBook(_changes(before.asks, self.asks), _changes(before.bids, self.bids))

    def checksum(self) -> int:
        """Bitget's: CRC-32, as a signed number, over the best 25 bids and asks in turn."""
        pairs = zip(self.bids[:CHECKED], self.asks[:CHECKED], strict=True)
        unsigned = crc32(":".join(part for bid, ask in pairs for part in (*bid, *ask)).encode())
        return unsigned - 2**32 if unsigned >= 2**31 else unsigned


def make_book(
    instrument: DemoInstrument, quote: DemoQuote, second: int, depth: int = DEEPEST
) -> DemoOrderBook:
    """The book around a quote. Sizes depend on the price and, so that the book breathes, on the second."""
    step, levels = instrument.price_step, range(1, min(depth, DEEPEST))
    asks = [quote.ask + i * step for i in levels]
    bids = [quote.bid - i * step for i in levels if quote.bid > i * step]
    return DemoOrderBook(
        [(plain(quote.ask), plain(quote.ask_size)), *(_level(instrument, price, second) for price in asks)],
        [(plain(quote.bid), plain(quote.bid_size)), *(_level(instrument, price, second) for price in bids)],
    )


def book_fields(book: DemoOrderBook, now_ms: int) -> dict[str, object]:
    """A book as Bitget writes it, over REST and websocket alike."""
    return {"asks": book.asks, "bids": book.bids, "ts": str(now_ms)}


def _level(instrument: DemoInstrument, price: Decimal, second: int) -> BookLevel:
    steps = int(price / instrument.price_step)
    # Each level changes in a second of its own, not all of them at once.
    rng = random.Random(f"{instrument.product}/{instrument.id}/{steps}/{(second + steps) // 7}")
    wall = 40 if steps % ROUND == 0 else 1
    return plain(price), plain(typical_size(instrument, rng, wall))


def _changes(before: list[BookLevel], now: list[BookLevel]) -> list[BookLevel]:
    old, new = dict(before), dict(now)
    gone = [(price, "0") for price in old if price not in new]
    return gone + [(price, size) for price, size in now if old.get(price) != size]
