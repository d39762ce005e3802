"""TickerFormat: where the ticker messages of an exchange state what ccxt drops, invents or misreads.

The names are those of the exchanges' own messages, as their API documents and ccxt's parsers have them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.exchange.lineage import find
from dashboard.exchange.normalize import Raw, number, positive


@dataclass(frozen=True, slots=True)
class TickerRow:
    """One ticker of ccxt, with the exchange's own message and what was already read from it."""

    raw: Raw
    info: Raw
    """The exchange's message."""
    market: Raw
    """ccxt's dict of the market; empty if it is not loaded."""
    last: Decimal | None
    mark: Decimal | None


def stated_change(raw: Raw, last: Decimal | None) -> Decimal | None:
    """ccxt's percentage, which is stated or follows from the last price and the one 24 hours ago."""
    return None if last is None else number(raw.get("percentage"))


@dataclass(frozen=True, slots=True)
class TickerFormat:
    """The names of figures in the ticker messages of one exchange."""

    last: tuple[str, ...] | None = None
    """Names of the price of the latest trade; None if they are not known."""
    mark: tuple[str, ...] = ("markPrice", "markPx", "mark_price")
    """Names of the mark price, where ccxt's ticker lacks it."""
    scaled_mark: str = ""
    """Name of a mark price in ccxt's `Ep` units, scaled by the market's price scale."""
    columns: tuple[str, ...] = ()
    """Names of the columns of a message that is a list."""
    mark_limit_ms: int = 0
    """Age up to which a mark price is live, if it is repeated less often than others."""
    change: Callable[[TickerRow], Decimal | None] | None = None
    """Returns the change in percent of the price 24 hours ago, where it differs from `stated_change`."""

    def named(self, info: object) -> Raw:
        """Returns the exchange's message as a mapping; empty if it is unreadable."""
        if isinstance(info, Mapping):
            return info
        return dict(zip(self.columns, info, strict=False)) if isinstance(info, list) else {}

    def mark_price(self, info: Raw) -> Decimal | None:
        """Returns the mark price that a message states under a name of the exchange's own."""
        for name in self.mark:
            price = positive(info.get(name))
            if price is not None:
                return price
        return None


def format_of(exchange: str) -> TickerFormat:
    """Returns the format of an exchange or of the one it is a region of, by ccxt's id."""
    return find(_FORMATS, exchange) or _UNKNOWN


def _growth(price: Decimal | None, before: object) -> Decimal | None:
    """The change from an earlier price, in percent."""
    earlier = positive(before)
    return None if price is None or earlier is None else (price / earlier - 1) * 100


def _kraken_change(row: TickerRow) -> Decimal | None:
    """The change in percent. ccxt treats that of a streamed message, which has a `feed`, as dollars."""
    return number(row.info.get("change")) if "feed" in row.info else stated_change(row.raw, row.last)


def _deribit_change(row: TickerRow) -> Decimal | None:
    stats = row.info.get("stats")
    return number(stats.get("price_change")) if isinstance(stats, Mapping) else None


def _hyperliquid_change(row: TickerRow) -> Decimal | None:
    """The change of the mark price, as Hyperliquid's own page has it."""
    return _growth(row.mark, row.info.get("prevDayPx"))


def _phemex_change(row: TickerRow) -> Decimal | None:
    open_24h = row.info.get("openRp")
    return stated_change(row.raw, row.last) if open_24h is None else _growth(row.last, open_24h)


def _htx_change(row: TickerRow) -> Decimal | None:
    """None for contracts: their `open` is that of the day in UTC+8."""
    return None if row.market.get("contract") else stated_change(row.raw, row.last)


def _mexc_change(row: TickerRow) -> Decimal | None:
    """None if the message states a time zone: the change is then that of the day there."""
    rates = row.info.get("riseFallRates")
    zone = rates.get("zone") if isinstance(rates, Mapping) else row.info.get("zone")
    return None if zone else stated_change(row.raw, row.last)


_UNKNOWN = TickerFormat()
_BINANCE = TickerFormat(last=("c", "lastPrice"))
_KUCOIN = TickerFormat(last=("price", "last", "lastTradedPrice", "lastTradePrice", "lastPrice", "l"))
_OKX = TickerFormat(last=("last",), mark_limit_ms=15_000)  # an unchanged mark is repeated every 10 s
_PHEMEX = TickerFormat(
    last=("lastRp", "closeRp", "lastEp", "close"),
    mark=("markPriceRp", "markRp"),
    scaled_mark="markEp",
    columns=("symbol", "openRp", "highRp", "lowRp", "lastRp", "volumeRq", "turnoverRv", "openInterestRv",
             "indexRp", "markRp", "fundingRateRr", "predFundingRateRr"),
    change=_phemex_change,
)  # fmt: skip

_FORMATS: Mapping[str, TickerFormat] = {
    **dict.fromkeys(("aster", "binance"), _BINANCE),
    "bingx": TickerFormat(last=("c", "lastPrice")),
    "bitget": TickerFormat(last=("lastPr", "lastPrice")),
    "bybit": TickerFormat(last=("lastPrice",)),
    "deribit": TickerFormat(last=("last_price", "last"), change=_deribit_change),
    "gate": TickerFormat(last=("last", "last_price")),
    "htx": TickerFormat(last=("close",), change=_htx_change),
    "hyperliquid": TickerFormat(last=(), change=_hyperliquid_change),
    "krakenfutures": TickerFormat(last=("last",), change=_kraken_change),
    "kucoin": _KUCOIN,
    # Only changes are sent, and requests return no mark price that could confirm an unchanged one.
    "lighter": TickerFormat(last=("last_trade_price",), mark_limit_ms=30_000),
    "mexc": TickerFormat(last=("lastPrice", "p"), mark=("fairPrice",), change=_mexc_change),
    "okx": _OKX,
    "phemex": _PHEMEX,
}
