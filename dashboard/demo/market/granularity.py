"""Candle lengths that Bitget offers, and where candles of each length begin; pure.

Bitget counts candles of six hours and longer from midnight in Hong Kong (UTC+8), unless their name ends in
`utc`; weeks begin on Monday. REST and websocket name them differently: `1min`, `1h` and `1day` on spot REST,
`1m`, `1H` and `1D` elsewhere.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard.demo.market.demo_market import DAY_MS, HOUR_MS, MINUTE_MS

UNITS = {"m": MINUTE_MS, "min": MINUTE_MS, "h": HOUR_MS, "H": HOUR_MS, "D": DAY_MS, "day": DAY_MS}
UNITS |= {"W": 7 * DAY_MS, "week": 7 * DAY_MS}
ALLOWED = re.compile(
    r"(1|3|5|15|30)(m|min)|(1|4|6|12)[hH]|2H|[13](D|day)|1(W|week|M)|(6H|12H|1D|3D|1W|1M)utc"
)
FIRST_MONDAY_MS = 4 * DAY_MS
"""Monday, 5 January 1970."""


@dataclass(frozen=True, slots=True)
class Granularity:
    """A candle's length: `step_ms`, counted from `offset_ms` after 1970; a step of 0 is a calendar month."""

    step_ms: int
    offset_ms: int

    def start(self, time_ms: int) -> int:
        """The start of the candle that contains this time."""
        if self.step_ms:
            return time_ms - (time_ms - self.offset_ms) % self.step_ms
        month = datetime.fromtimestamp((time_ms - self.offset_ms) // 1000, UTC).date().replace(day=1)
        return round(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp()) * 1000 + self.offset_ms

    def end(self, start_ms: int) -> int:
        """The end of the candle that starts at `start_ms`."""
        return start_ms + self.step_ms if self.step_ms else self.start(start_ms + 32 * DAY_MS)


def parse_granularity(name: str) -> Granularity | None:
    """The granularity of that name; None if Bitget has none of that name."""
    found = re.fullmatch(r"(\d+)([a-zA-Z]+?)(utc)?", name)
    if not ALLOWED.fullmatch(name) or found is None:
        return None
    step_ms = int(found[1]) * UNITS.get(found[2], 0)
    midnight_ms = 0 if found[3] or 0 < step_ms < 6 * HOUR_MS else -8 * HOUR_MS
    return Granularity(step_ms, midnight_ms + (FIRST_MONDAY_MS if step_ms == 7 * DAY_MS else 0))
