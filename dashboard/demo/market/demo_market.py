"""Prices of every demo instrument at a given moment, in milliseconds since 1970.

Pure: no clock, no socket. Levels of a coin's path become prices on the instrument's step; rounding keeps the
order, so the path's high and low are the high and low of the prices.
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
MIN_WARM_UP_MS = HOUR_MS
MARK_TICKS = 20
"""Mark and index prices are means of the last two seconds."""


@dataclass(frozen=True, slots=True)
class DemoCandle:
    """Prices on the instrument's step; `volume` in base coins and `turnover` in quote currency."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    turnover: Decimal


@dataclass(frozen=True, slots=True)
class DemoQuote:
    """An instrument's prices at one moment, with the candle of the last 24 hours; sizes in base coins."""

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
        self._origin_ms = 0
        self._paths: dict[str, PricePath] = {}
        if opened_ms is not None:
            self._set_opening(opened_ms)

    def open(self, now_ms: int) -> None:
        """Opens the market; later calls change nothing, so that prices continue after a restart."""
        if self.opened_ms is None:
            self._set_opening(now_ms)

    @property
    def origin_ms(self) -> int:
        """A full hour, one or two hours before the opening, at which each price is its base price."""
        return self._origin_ms

    def _set_opening(self, now_ms: int) -> None:
        # With the origin on a full hour, hourly candles can be read straight from the path.
        self.opened_ms = now_ms - now_ms % MINUTE_MS
        self._origin_ms = (self.opened_ms - MIN_WARM_UP_MS) // HOUR_MS * HOUR_MS

    def _path(self, coin: str) -> PricePath:
        if coin not in self._paths:
            lead = self._minute(self.opened_ms or 0)
            self._paths[coin] = PricePath(self.seed, coin, lead=lead, beta=BETAS[coin])
        return self._paths[coin]

    def candle(self, instrument: DemoInstrument, start_ms: int, end_ms: int, now_ms: int) -> DemoCandle:
        """The candle between two full minutes, incomplete if it ends after `now_ms`."""
        path = self._path(instrument.base)
        first, end = self._minute(start_ms), self._minute(end_ms)
        now, tick = self._tick(now_ms)
        bars = [path.span(first, min(end, now))] if first < min(end, now) else []
        if end > now:
            bars.append(_forming_bar(path, now, tick))
        return _candle(instrument, join(bars))

    def quote(self, instrument: DemoInstrument, now_ms: int) -> DemoQuote:
        """All prices of an instrument at this moment."""
        path = self._path(instrument.base)
        minute, tick = self._tick(now_ms)
        level, mean_level = path.ticks(minute)[tick], _mean_level(path, minute, tick)
        last = price_at(instrument, level)
        rng = random.Random(f"{self.seed}/{instrument.product}/{instrument.id}/{minute}/{tick}")
        this_minute_ms = now_ms - now_ms % MINUTE_MS
        midnight = self._minute(now_ms - now_ms % DAY_MS)
        return DemoQuote(
            last,
            *_bid_and_ask(instrument, last, rng),
            *(random_size(instrument, rng), random_size(instrument, rng)),
            mark=price_at(instrument, mean_level),
            index=price_at(replace(instrument, basis=1.0), mean_level),
            day=self.candle(instrument, this_minute_ms - DAY_MS, this_minute_ms + MINUTE_MS, now_ms),
            open_utc=price_at(instrument, path.bar(1, midnight).open),
        )

    def mark(self, instrument: DemoInstrument, now_ms: int) -> Decimal:
        """The mark price alone, which is cheaper than a whole quote."""
        return price_at(instrument, _mean_level(self._path(instrument.base), *self._tick(now_ms)))

    def trades(self, instrument: DemoInstrument, after_ms: int, until_ms: int) -> list[DemoTrade]:
        """The public trades after `after_ms` up to and including `until_ms`, oldest first: one each tick."""
        first = (after_ms // TICK_MS + 1) * TICK_MS
        return [self._trade(instrument, time_ms) for time_ms in range(first, until_ms + 1, TICK_MS)]

    def _trade(self, instrument: DemoInstrument, time_ms: int) -> DemoTrade:
        minute, tick = self._tick(time_ms)
        rng = random.Random(f"{self.seed}/trade/{instrument.product}/{instrument.id}/{time_ms}")
        last = price_at(instrument, self._path(instrument.base).ticks(minute)[tick])
        return DemoTrade(time_ms, last, random_size(instrument, rng), rng.choice(("buy", "sell")))

    def _minute(self, time_ms: int) -> int:
        return (time_ms - self._origin_ms) // MINUTE_MS

    def _tick(self, time_ms: int) -> tuple[int, int]:
        """The minute since the origin, and the tick within it."""
        minute, rest = divmod(time_ms - self._origin_ms, MINUTE_MS)
        return minute, rest // TICK_MS


def price_at(instrument: DemoInstrument, level: float) -> Decimal:
    """The price at a level of the coin's path, on the instrument's step and never zero."""
    steps = float(instrument.base_price / instrument.price_step) * instrument.basis * exp(level)
    return max(1, round(steps)) * instrument.price_step


def random_size(instrument: DemoInstrument, rng: random.Random, factor: int = 1) -> Decimal:
    """A random order size in base coins, on the instrument's step; `factor` times the usual."""
    typical = float(instrument.turnover / instrument.base_price / instrument.size_step) / 100_000
    return max(1, round(rng.expovariate(1 / typical) * factor)) * instrument.size_step


def _mean_level(path: PricePath, minute: int, tick: int) -> float:
    """The mean of the newest ticks, from which mark and index prices are made."""
    recent = path.ticks(minute)[: tick + 1]
    if len(recent) < MARK_TICKS:
        recent = path.ticks(minute - 1) + recent
    return sum(recent[-MARK_TICKS:]) / MARK_TICKS


def _forming_bar(path: PricePath, minute: int, tick: int) -> PriceBar:
    """The bar of a minute up to and including a tick."""
    seen = path.ticks(minute)[: tick + 1]
    turnover = path.bar(1, minute).turnover * (tick + 1) / TICKS
    return PriceBar(seen[0], max(seen), min(seen), seen[-1], turnover)


def _candle(instrument: DemoInstrument, bar: PriceBar) -> DemoCandle:
    levels = (bar.open, bar.high, bar.low, bar.close)
    first, high, low, last = (price_at(instrument, level) for level in levels)
    turnover = (instrument.turnover * Decimal(bar.turnover)).quantize(Decimal("0.0001"))
    return DemoCandle(first, high, low, last, (turnover / last).quantize(instrument.size_step), turnover)


def _bid_and_ask(instrument: DemoInstrument, last: Decimal, rng: random.Random) -> tuple[Decimal, Decimal]:
    """Best bid and ask; the last trade was at one of them."""
    spread = rng.choice((1, 1, 1, 2, 3)) * instrument.price_step
    if last > spread and rng.random() < 0.5:
        return last - spread, last
    return last, last + spread
