"""Conversion of ccxt's tickers to the figures that the exchange states.

ccxt fills gaps: Hyperliquid's close is the mid price, and a missing one is computed from open and change.
A last price counts only if the exchange's own message, ccxt's `info`, has it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from dashboard.domain.market import Quote, Ticker
from dashboard.exchange.normalize import Raw, positive
from dashboard.exchange.ticker_formats import TickerFormat, TickerRow, format_of, stated_change

_OTHER_FIGURE = re.compile("mid|mark|index|fair|oracle|open|prev|bid|ask|high|low|av(era)?g", re.IGNORECASE)
"""Names of figures that are no last price, on exchanges whose names for it are not known."""


def ticker(exchange: Any, raw: Raw, at: int) -> Ticker:
    """Converts a ticker of ccxt's object `exchange`, received at `at` (ms, monotonic)."""
    form = format_of(exchange.id)
    info = form.named(raw.get("info"))
    last, mark = _last_price(form, raw, info), _mark_price(exchange, form, raw, info)
    # Hyperliquid's bid and ask are impact prices of a large order, not the best bid and ask.
    bid_ask = {} if "impactPxs" in info else raw
    return Ticker(
        last=_quote(last, at),
        bid=_quote(positive(bid_ask.get("bid")), at),
        ask=_quote(positive(bid_ask.get("ask")), at),
        mark=None if mark is None else Quote(mark, at, form.mark_limit_ms),
        change_24h=_quote(_change(exchange, form, raw, info, last, mark), at),
    )


def mark_price(exchange: Any, raw: Raw, at: int) -> Ticker:
    """Returns only the mark price of a ticker."""
    return Ticker(mark=ticker(exchange, raw, at).mark)


def best_prices(exchange: Any, raw: Raw, at: int) -> Ticker:
    """Returns only the best bid and ask of a ticker."""
    both = ticker(exchange, raw, at)
    return Ticker(bid=both.bid, ask=both.ask)


def last_trade(trades: Sequence[Raw], at: int) -> Ticker:
    """Returns a ticker with the price of the newest trade."""
    return Ticker(last=_quote(positive(trades[-1].get("price")), at)) if trades else Ticker()


def _quote(value: Decimal | None, at: int) -> Quote | None:
    return None if value is None else Quote(value, at)


def _market(exchange: Any, raw: Raw) -> Raw:
    market: Raw = (exchange.markets or {}).get(raw.get("symbol"), {})
    return market


def _mark_price(exchange: Any, form: TickerFormat, raw: Raw, info: Raw) -> Decimal | None:
    price = positive(raw.get("markPrice"))
    if price is None:
        price = form.mark_price(info)
    if price is None and form.scaled_mark and form.scaled_mark in info:
        price = positive(exchange.from_ep(str(info[form.scaled_mark]), _market(exchange, raw)))
    return price


def _last_price(form: TickerFormat, raw: Raw, info: Raw) -> Decimal | None:
    """The price of the latest trade, if the exchange's message has it."""
    text = raw.get("last")
    last = positive(text)
    if last is None or form.last is None:
        return last if last is not None and last in _prices(raw.get("info")) else None
    for name in form.last:
        stated = info.get(name)
        if stated == text or positive(stated) is not None:
            return last
    return None


def _change(
    exchange: Any, form: TickerFormat, raw: Raw, info: Raw, last: Decimal | None, mark: Decimal | None
) -> Decimal | None:
    if form.change is None:
        return stated_change(raw, last)
    return form.change(TickerRow(raw, info, _market(exchange, raw), last, mark))


def _prices(info: object, name: str = "") -> Iterator[Decimal]:
    """Every number in a message that may be a last price, at any depth."""
    if isinstance(info, Mapping):
        for key, value in info.items():
            yield from _prices(value, str(key))
    elif isinstance(info, list):
        for value in info:
            yield from _prices(value, name)
    elif not _OTHER_FIGURE.search(name) and (price := positive(info)) is not None:
        yield price
