"""Instruments and their prices."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Payoff(StrEnum):
    """The payoff of a contract, on which every formula of PnL depends."""

    LINEAR = "linear"
    """Sized in base coins (times contract size), settled in the quote currency. Spot is linear too."""
    INVERSE = "inverse"
    """Sized in the quote currency, settled in the base coin (Bybit, OKX, Binance, Kraken)."""
    INVERSE_BASE = "inverse_base"
    """Sized in the base coin, settled in it too (Bitget's coin-margined contracts)."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One market of one exchange. `symbol` is ccxt's unified name, `id` the exchange's own."""

    exchange: str
    symbol: str
    id: str
    base: str
    quote: str
    settle: str
    kind: str
    """ccxt's type: spot, swap or future."""
    payoff: Payoff = Payoff.LINEAR
    contract_size: Decimal = Decimal(1)
    price_step: Decimal | None = None
    """The smallest change of a price; None if not reported."""
    size_step: Decimal | None = None
    """The smallest change of a size, in contracts; None if not reported."""

    @property
    def is_contract(self) -> bool:
        """True for derivatives, which have positions and a mark price."""
        return self.kind != "spot"

    @property
    def pair(self) -> str:
        """The short name, such as BTC/USDT."""
        return f"{self.base}/{self.quote}"


@dataclass(frozen=True, slots=True)
class Quote:
    """One number from the market, and the instant (ms, monotonic) at which it was received."""

    value: Decimal
    received_at: int
    limit_ms: int = 0
    """Age up to which it is live, if the exchange repeats it less often than the feed's limit requires."""

    def age(self, now: int) -> int:
        """Milliseconds since it was received, never negative."""
        return max(0, now - self.received_at)

    def limit(self, stale_after: int) -> int:
        """Age in ms above which it is too old; `stale_after` is the limit of the feed."""
        return max(self.limit_ms, stale_after)

    def is_live(self, now: int, stale_after: int) -> bool:
        """True up to its age limit; `stale_after` is the limit of the feed, in ms."""
        age = now - self.received_at
        return age <= stale_after or age <= self.limit_ms


@dataclass(frozen=True, slots=True)
class Ticker:
    """The latest figures of a market. Each is optional and has its own age; None is unknown, never zero."""

    last: Quote | None = None
    bid: Quote | None = None
    ask: Quote | None = None
    mark: Quote | None = None
    change_24h: Quote | None = None
    """In percent of the price 24 hours ago."""

    @property
    def newest_at(self) -> int | None:
        """The instant at which its newest price was received; None without a price."""
        quotes = (self.last, self.mark, self.bid, self.ask)
        return max((quote.received_at for quote in quotes if quote is not None), default=None)

    def merged(self, newer: "Ticker") -> "Ticker":
        """Returns this ticker with every figure that `newer` has."""
        return Ticker(
            last=newer.last or self.last,
            bid=newer.bid or self.bid,
            ask=newer.ask or self.ask,
            mark=newer.mark or self.mark,
            change_24h=newer.change_24h or self.change_24h,
        )


@dataclass(frozen=True, slots=True)
class Candle:
    """One candle of the price history. `opened_at` is the exchange's time, in ms since 1970 (UTC)."""

    opened_at: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
