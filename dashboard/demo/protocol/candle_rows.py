"""Candles as rows of text, as Bitget's REST and websocket send them."""

from dataclasses import replace

from dashboard.demo.market.decimal_text import decimal_text
from dashboard.demo.market.demo_market import DAY_MS, DemoCandle
from dashboard.demo.market.granularity import Granularity
from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.market.price_path import HISTORY_DAYS
from dashboard.demo.market.quote_board import QuoteBoard

MAX_CANDLES = 1000


def candle_rows(
    quote_board: QuoteBoard,
    instrument: DemoInstrument,
    granularity: Granularity,
    *,
    since_ms: int | None = None,
    until_ms: int | None = None,
    limit: int = 100,
) -> list[list[str]]:
    """Rows of [time, open, high, low, close, base volume, quote volume], oldest first.

    They are the newest `limit` candles that start at `since_ms` or later and before `until_ms`.
    """
    now_ms = quote_board.market_clock()
    last_ms = now_ms if until_ms is None else min(now_ms, until_ms - 1)
    oldest_ms = max(since_ms or 0, (quote_board.market.opened_ms or 0) - (HISTORY_DAYS - 2) * DAY_MS)
    rows: list[list[str]] = []
    start_ms = granularity.start(last_ms)
    while start_ms >= oldest_ms and len(rows) < min(limit, MAX_CANDLES):
        rows.append(_row(start_ms, _candle(quote_board, instrument, start_ms, granularity.end(start_ms))))
        start_ms = granularity.start(start_ms - 1)
    return rows[::-1]


def _candle(quote_board: QuoteBoard, instrument: DemoInstrument, start_ms: int, end_ms: int) -> DemoCandle:
    """A candle of the market; the one still forming ends at the published last price, if any."""
    candle = quote_board.market.candle(instrument, start_ms, end_ms, quote_board.market_clock())
    if quote_board.market_clock() >= end_ms:
        return candle
    last = quote_board.quote(instrument).last
    return replace(candle, high=max(candle.high, last), low=min(candle.low, last), close=last)


def _row(start_ms: int, candle: DemoCandle) -> list[str]:
    prices = (candle.open, candle.high, candle.low, candle.close)
    return [
        str(start_ms),
        *map(decimal_text, prices),
        decimal_text(candle.volume),
        decimal_text(candle.turnover),
    ]
