"""The demo market: every instrument's prices at a moment that is passed in, in milliseconds since 1970.

Pure: no clock and no socket. Levels of the coin's path become prices here, on the instrument's price step;
since rounding keeps the order, what holds for the path (a high is a high) holds for the prices.
"""

import random
from dataclasses import dataclass, replace
from decimal import Decimal
from math import exp
from typing import Literal

from dashboard.demo.market.instruments import BETAS, DemoInstrument
from dashboard.demo.market.price_bars import PriceBar, join
from dashboard.demo.market.price_path import TICKS, PricePath

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
TICK_MS = MINUTE_MS // TICKS
LEAD_MS = HOUR_MS
MARK_TICKS = 20
"""Mark and index prices are means of the last two seconds."""


@dataclass(frozen=True, slots=True)
class DemoCandle:
    """Prices on the instrument's step; `volume` in base coins and `turnover` in quote."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    turnover: Decimal


@dataclass(frozen=True, slots=True)
class DemoQuote:
    """An instrument at one moment, with the candle of its last 24 hours; sizes in base coins."""

    last: Decimal
    bid: Decimal
    ask: Decimal
    bid_size: Decimal
    ask_size: Decimal
    mark: Decimal
    index: Decimal
    day: DemoCandle
    open_utc: Decimal


@dataclass(frozen=True, slots=True)
class DemoTrade:
    """A public trade; `size` in base coins, `side` the taker's."""

    time_ms: int
    price: Decimal
    size: Decimal
    side: Literal["buy", "sell"]


class DemoMarket:
    """A reproducible market: the same seed and opening time give the same prices."""

    def __init__(self, seed: int = 7, opened_ms: int | None = None) -> None:
        self.seed = seed
        self.opened_ms = opened_ms
        self._dawn_ms = 0
        self._paths: dict[str, PricePath] = {}
        if opened_ms is not None:
            self._prepare(opened_ms)

    def open(self, now_ms: int) -> None:
        """Opens the market; only the first call counts, so that a restart goes on where it was."""
        if self.opened_ms is None:
            self._prepare(now_ms)

    @property
    def dawn_ms(self) -> int:
        """An hour or two before the opening, when each price stood at its base."""
        return self._dawn_ms

    def _prepare(self, now_ms: int) -> None:
        # A dawn on a full hour lets hourly candles be read straight from the path.
        self.opened_ms = now_ms - now_ms % MINUTE_MS
        self._dawn_ms = (self.opened_ms - LEAD_MS) // HOUR_MS * HOUR_MS

    def _path(self, coin: str) -> PricePath:
        if coin not in self._paths:
            lead = self._minute(self.opened_ms or 0)
            self._paths[coin] = PricePath(self.seed, coin, lead=lead, beta=BETAS[coin])
        return self._paths[coin]

    def candle(self, instrument: DemoInstrument, start_ms: int, end_ms: int, now_ms: int) -> DemoCandle:
        """The candle from `start_ms` to `end_ms`, on full minutes, as far as it has come by `now_ms`."""
        path = self._path(instrument.base)
        first, end = self._minute(start_ms), self._minute(end_ms)
        now, tick = self._tick(now_ms)
        bars = [path.span(first, min(end, now))] if first < min(end, now) else []
        if end > now:
            bars.append(_so_far(path, now, tick))
        return _candle(instrument, join(bars))

    def quote(self, instrument: DemoInstrument, now_ms: int) -> DemoQuote:
        """What a ticker shows at this moment."""
        path = self._path(instrument.base)
        minute, tick = self._tick(now_ms)
        level, smooth = path.ticks(minute)[tick], _smooth(path, minute, tick)
        last = price(instrument, level)
        rng = random.Random(f"{self.seed}/{instrument.product}/{instrument.id}/{minute}/{tick}")
        this_minute_ms = now_ms - now_ms % MINUTE_MS
        midnight = self._minute(now_ms - now_ms % DAY_MS)
        return DemoQuote(
            last,
            *_spread(instrument, last, rng),
            *(typical_size(instrument, rng), typical_size(instrument, rng)),
            mark=price(instrument, smooth),
            index=price(replace(instrument, basis=1.0), smooth),
            day=self.candle(instrument, this_minute_ms - DAY_MS, this_minute_ms + MINUTE_MS, now_ms),
            open_utc=price(instrument, path.bar(1, midnight).open),
        )

    def mark(self, instrument: DemoInstrument, now_ms: int) -> Decimal:
        """The mark price of a quote at this moment, alone."""
        return price(instrument, _smooth(self._path(instrument.base), *self._tick(now_ms)))

    def trades(self, instrument: DemoInstrument, after_ms: int, until_ms: int) -> list[DemoTrade]:
        """The public trades after one moment and up to another, oldest first: one each tick."""
        first = (after_ms // TICK_MS + 1) * TICK_MS
        return [self._trade(instrument, time_ms) for time_ms in range(first, until_ms + 1, TICK_MS)]

    def _trade(self, instrument: DemoInstrument, time_ms: int) -> DemoTrade:
        minute, tick = self._tick(time_ms)
        rng = random.Random(f"{self.seed}/trade/{instrument.product}/{instrument.id}/{time_ms}")
        last = price(instrument, self._path(instrument.base).ticks(minute)[tick])
        return DemoTrade(time_ms, last, typical_size(instrument, rng), rng.choice(("buy", "sell")))

    def _minute(self, time_ms: int) -> int:
        return (time_ms - self._dawn_ms) // MINUTE_MS

    def _tick(self, time_ms: int) -> tuple[int, int]:
        minute, rest = divmod(time_ms - self._dawn_ms, MINUTE_MS)
        return minute, rest // TICK_MS


def price(instrument: DemoInstrument, level: float) -> Decimal:
    """The price at a level of the coin's path, on the instrument's step and never zero."""
    steps = float(instrument.base_price / instrument.price_step) * instrument.basis * exp(level)
    return max(1, round(steps)) * instrument.price_step


def plain(number: Decimal) -> str:
    """A number as Bitget writes it: no exponent, no idle zeros."""
    return format(number.normalize(), "f")


def _smooth(path: PricePath, minute: int, tick: int) -> float:
    """The mean of the newest ticks, at which contracts are marked."""
    recent = path.ticks(minute)[: tick + 1]
    if len(recent) < MARK_TICKS:
        recent = path.ticks(minute - 1) + recent
    return sum(recent[-MARK_TICKS:]) / MARK_TICKS


def _so_far(path: PricePath, minute: int, tick: int) -> PriceBar:
    seen = path.ticks(minute)[: tick + 1]
    turnover = path.bar(1, minute).turnover * (tick + 1) / TICKS
    return PriceBar(seen[0], max(seen), min(seen), seen[-1], turnover)


def _candle(instrument: DemoInstrument, bar: PriceBar) -> DemoCandle:
    first, high, low, last = (price(instrument, level) for level in (bar.open, bar.high, bar.low, bar.close))
    turnover = (instrument.turnover * Decimal(bar.turnover)).quantize(Decimal("0.0001"))
    return DemoCandle(first, high, low, last, (turnover / last).quantize(instrument.size_step), turnover)


def _spread(instrument: DemoInstrument, last: Decimal, rng: random.Random) -> tuple[Decimal, Decimal]:
    """Best bid and ask; the last trade was at one of them."""
    width = rng.choice((1, 1, 1, 2, 3)) * instrument.price_step
    if last > width and rng.random() < 0.5:
        return last - width, last
    return last, last + width


def typical_size(instrument: DemoInstrument, rng: random.Random, wall: int = 1) -> Decimal:
    """A random order size in base coins, on the instrument's step; `wall` times the usual."""
    typical = float(instrument.turnover / instrument.base_price / instrument.size_step) / 100_000
    return max(1, round(rng.expovariate(1 / typical) * wall)) * instrument.size_step
