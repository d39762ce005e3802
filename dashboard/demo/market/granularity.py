"""Candles of every length that Bitget names, read from the market; pure.

Bitget counts candles of six hours and longer from midnight in Hong Kong (UTC+8), unless their name ends in
`utc`; weeks begin on Monday. REST and websocket name them differently: `1min`, `1h` and `1day` on spot REST,
`1m`, `1H` and `1D` elsewhere.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dashboard.demo.market.demo_market import DAY_MS, HOUR_MS, MINUTE_MS, DemoCandle, plain
from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.market.price_path import HISTORY_DAYS
from dashboard.demo.market.quote_board import QuoteBoard

UNITS = {"m": MINUTE_MS, "min": MINUTE_MS, "h": HOUR_MS, "H": HOUR_MS, "D": DAY_MS, "day": DAY_MS}
UNITS |= {"W": 7 * DAY_MS, "week": 7 * DAY_MS}
ALLOWED = re.compile(
    r"(1|3|5|15|30)(m|min)|(1|4|6|12)[hH]|2H|[13](D|day)|1(W|week|M)|(6H|12H|1D|3D|1W|1M)utc"
)
MONDAY_MS = 4 * DAY_MS
"""1970 began on a Thursday: its first Monday was the 5th."""
MOST = 1000


@dataclass(frozen=True, slots=True)
class Granularity:
    """A candle's length: `step_ms`, counted from `origin_ms`; a step of 0 means calendar months."""

    step_ms: int
    origin_ms: int

    def start(self, time_ms: int) -> int:
        """When the candle began that is open at this time."""
        if self.step_ms:
            return time_ms - (time_ms - self.origin_ms) % self.step_ms
        month = datetime.fromtimestamp((time_ms - self.origin_ms) // 1000, UTC).date().replace(day=1)
        return round(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp()) * 1000 + self.origin_ms

    def end(self, start_ms: int) -> int:
        """When the candle that began at `start_ms` ends."""
        return start_ms + self.step_ms if self.step_ms else self.start(start_ms + 32 * DAY_MS)


def parse_granularity(name: str) -> Granularity | None:
    """The granularity of that name, or None where Bitget has none."""
    found = re.fullmatch(r"(\d+)([a-zA-Z]+?)(utc)?", name)
    if not ALLOWED.fullmatch(name) or found is None:
        return None
    step = int(found[1]) * UNITS.get(found[2], 0)
    local = 0 if found[3] or 0 < step < 6 * HOUR_MS else -8 * HOUR_MS
    return Granularity(step, local + (MONDAY_MS if step == 7 * DAY_MS else 0))


def candle_rows(
    board: QuoteBoard,
    instrument: DemoInstrument,
    granularity: Granularity,
    *,
    since_ms: int | None = None,
    until_ms: int | None = None,
    limit: int = 100,
) -> list[list[str]]:
    """Rows of [time, open, high, low, close, base volume, quote volume], oldest first.

    They are the newest `limit` of the candles that began from `since_ms` to before `until_ms`.
    """
    now_ms = board.clock()
    last_ms = now_ms if until_ms is None else min(now_ms, until_ms - 1)
    oldest_ms = max(since_ms or 0, (board.market.opened_ms or 0) - (HISTORY_DAYS - 2) * DAY_MS)
    rows: list[list[str]] = []
    start = granularity.start(last_ms)
    while start >= oldest_ms and len(rows) < min(limit, MOST):
        rows.append(_row(start, _candle(board, instrument, start, granularity.end(start))))
        start = granularity.start(start - 1)
    return rows[::-1]


def _candle(board: QuoteBoard, instrument: DemoInstrument, start_ms: int, end_ms: int) -> DemoCandle:
    candle = board.market.candle(instrument, start_ms, end_ms, board.clock())
    if board.clock() >= end_ms:
        return candle
    last = board.quote(instrument).last
    return replace(candle, high=max(candle.high, last), low=min(candle.low, last), close=last)


def _row(start_ms: int, candle: DemoCandle) -> list[str]:
    prices = (candle.open, candle.high, candle.low, candle.close)
    return [str(start_ms), *map(plain, prices), plain(candle.volume), plain(candle.turnover)]
