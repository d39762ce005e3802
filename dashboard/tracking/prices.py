"""Prices of the markets with positions, and the sums that move with them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import chain, takewhile

from dashboard.domain.market import Ticker
from dashboard.domain.portfolio import Summary
from dashboard.tracking.live import AccountSummary
from dashboard.tracking.record import Record
from dashboard.tracking.totals import Totals, standing


class Prices:
    """Knows each market's newest prices and its records, so that a tick touches no other market."""

    def __init__(self) -> None:
        self._tickers: dict[str, tuple[Ticker, int]] = {}
        self._records: dict[str, list[Record]] = {}
        self._fresh: dict[Record, None] = {}
        self._touched: dict[Record, None] = {}
        self._totals = Totals()
        self._standing: Mapping[str, Summary] | None = None

    def add(self, symbol: str, record: Record) -> None:
        """A record more."""
        self._records.setdefault(symbol, []).append(record)

    def records(self, symbol: str) -> tuple[Record, ...]:
        """Those of one market."""
        return tuple(self._records.get(symbol, ()))

    def remember(self, symbol: str, ticker: Ticker, stale_after: int) -> None:
        """The newest prices of a market."""
        self._tickers[symbol] = ticker, stale_after

    def changed(self) -> None:
        """Something other than a price is new."""
        self._standing = None

    def value(self, record: Record, now: int, updated_at: int) -> None:
        """Values a record at the newest prices of its market; the sums follow."""
        ticker, stale_after = self._tickers.get(record.live.tracked.key.symbol, (Ticker(), 0))
        record.price(ticker, now, stale_after, updated_at)
        self._totals.change(record.counted, record.live)
        record.counted = record.live
        self._touched[record] = None
        self._fresh.pop(record, None)
        if record.live.quote is not None:
            self._fresh[record] = None  # at the end: the first one is the oldest

    def expired(self, now: int) -> list[Record]:
        """Records whose price has become too old. They have to be valued again."""
        return list(takewhile(partial(_is_old, now), self._fresh))

    def touched(self) -> Iterator[Record]:
        """Records that were valued since this was last asked."""
        touched, self._touched = self._touched, {}
        return iter(touched)

    def summary(self, timestamp: int) -> AccountSummary:
        """All records as one."""
        if self._standing is None:
            records = chain.from_iterable(self._records.values())
            self._standing = standing(record.live.tracked for record in records)
        return self._totals.summary(self._standing, timestamp, self._price_of)

    def _price_of(self, coin: str) -> Decimal | None:
        """A live price of a coin in dollars, from a position in it."""
        for record in self._fresh:
            if record.live.tracked.instrument.base == coin and record.live.quote is not None:
                return record.live.quote.value
        return None


def _is_old(now: int, record: Record) -> bool:
    quote = record.live.quote
    return quote is not None and quote.age(now) > record.live.stale_after
