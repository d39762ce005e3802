"""PositionPrices of the markets with positions, and the sums that move with them."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from dashboard.domain.currencies import USD_EQUIVALENTS
from dashboard.domain.market import Ticker
from dashboard.domain.valuation import valuation_price
from dashboard.positions.account_totals import AccountTotals
from dashboard.positions.models import AccountSummary
from dashboard.positions.valued_position import ValuedPosition


class PositionPrices:
    """Knows each market's newest prices and its records, so that a tick touches no other market."""

    def __init__(self) -> None:
        self._tickers: dict[str, tuple[Ticker, int]] = {}
        self._records: dict[str, list[ValuedPosition]] = {}
        self._fresh: dict[ValuedPosition, None] = {}
        self._touched: dict[ValuedPosition, None] = {}
        self._totals = AccountTotals()

    def add(self, symbol: str, record: ValuedPosition) -> None:
        """A record more."""
        self._records.setdefault(symbol, []).append(record)

    def records(self, symbol: str) -> tuple[ValuedPosition, ...]:
        """Those of one market."""
        return tuple(self._records.get(symbol, ()))

    def remember(self, symbol: str, ticker: Ticker, stale_after: int) -> None:
        """The newest prices of a market."""
        self._tickers[symbol] = ticker, stale_after

    def value(self, record: ValuedPosition, now: int, updated_at: int) -> None:
        """Values a record at the newest prices of its market; the sums follow."""
        ticker, stale_after = self._tickers.get(record.live.tracked.key.symbol, (Ticker(), 0))
        record.price(ticker, now, stale_after, updated_at)
        self._totals.change(record.counted, record.live)
        record.counted = record.live
        self._touched[record] = None
        self._fresh.pop(record, None)
        if record.live.quote is not None:
            self._fresh[record] = None

    def expired(self, now: int) -> list[ValuedPosition]:
        """Records whose price has become too old. They have to be valued again."""
        # All are looked at: each market has its own limit, and a fill values at a price from before it.
        return [record for record in self._fresh if _is_old(now, record)]

    def touched(self) -> Iterator[ValuedPosition]:
        """Records that were valued since this was last asked."""
        touched, self._touched = self._touched, {}
        return iter(touched)

    def summary(self, now: int, timestamp: int) -> AccountSummary:
        """All records as one. `now` is in ms of the monotonic clock, `timestamp` since 1970."""
        return self._totals.summary(timestamp, partial(self._price_of, now))

    def _price_of(self, now: int, coin: str) -> Decimal | None:
        """A live price of a coin in dollars, from whichever market of it is watched."""
        for symbol, (ticker, stale_after) in self._tickers.items():
            base, _, rest = symbol.partition("/")
            if base == coin and rest.partition(":")[0] in USD_EQUIVALENTS:
                quote, _ = valuation_price(ticker, now, stale_after)
                if quote is not None:
                    return quote.value
        return None


def _is_old(now: int, record: ValuedPosition) -> bool:
    quote = record.live.quote
    return quote is not None and quote.age(now) > record.live.stale_after
