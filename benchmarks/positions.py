"""Memory of positions, cost of a tick with many positions, and time to restore them after a restart."""

import gc
import json
import time
import tracemalloc
from dataclasses import replace
from decimal import Decimal
from statistics import median

from benchmarks.our_server import MARKET
from benchmarks.report import Report, Row
from dashboard.audit.records import to_json
from dashboard.clock import now_ms
from dashboard.domain.events import FillsReceived, PriceReceived, Transport
from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.journal import Journal
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Instrument, Quote, Ticker
from dashboard.positions.audit_records import record_kind, record_of
from dashboard.positions.live_book import LiveBook
from dashboard.positions.tracker import PositionTracker
from dashboard.positions.trail_replay import TrailReplay
from dashboard.state.markets import Markets

FEW, SOME, MANY = 1, 100, 10_000
FILLS = 3
EXCHANGE = "bitget"
NEVER_STALE_MS = 2**60


def measure(quick: bool) -> Report:
    """Measures ticks, memory and restoring, one after the other in this process."""
    rounds, ticks = (3, 500) if quick else (7, 3_000)
    states = {count: _markets(count) for count in (FEW, SOME, MANY)}
    cost: dict[int, list[float]] = {count: [] for count in states}
    for _ in range(rounds):
        for count, markets in states.items():
            cost[count].append(_tick(markets, ticks))
    few, some, many = (median(cost[count]) for count in states)
    events, seconds = _restored(2_000 if quick else 20_000)
    return Report(
        "positions: memory, ticks, and restoring",
        f"Positions of {FILLS} fills each, each in its own market. {rounds} alternating rounds of "
        f"{ticks:,} ticks of one market. The plain implementation is the same with a single position.",
        [
            Row("memory of 100 positions", _memory(100) / 1000, unit="kB", most=150, digits=0),
            Row(f"a tick with {SOME} open positions", some, few, "µs", most_ratio=1.5),
            Row(f"a tick with {MANY:,} open positions", many, few, "µs", most_ratio=1.5),
            Row("restoring 10,000 events", seconds / events * 10_000, unit="s", digits=2),
        ],
        ["Memory by tracemalloc, including the markets; the limit is 1,000 kB."],
    )


def _market(number: int) -> Instrument:
    return replace(MARKET, symbol=f"C{number}/USDT:USDT", id=f"C{number}USDT", base=f"C{number}")


def _fills(number: int, market: Instrument) -> tuple[Fill, ...]:
    fee = (Fee(Decimal("0.0384"), "USDT"),)
    return tuple(
        Fill(f"{number}.{at}", market, TradeSide.BUY, Decimal(60_000 + at), Decimal("0.001"), at, fee)
        for at in range(1, FILLS + 1)
    )


def _markets(count: int) -> Markets:
    """Returns `count` markets, each with a position."""
    markets = Markets(_key(0), 2_000)
    tracker = PositionTracker("benchmark", LiveBook(markets), EXCHANGE)
    for number in range(count):
        tracker.apply(FillsReceived(_fills(number, _market(number))))
        markets.apply(_key(number), _price(number))
    return markets


def _key(number: int) -> MarketKey:
    return MarketKey(EXCHANGE, _market(number).symbol)


def _price(number: int) -> PriceReceived:
    return PriceReceived(Transport.STREAM, now_ms(), _ticker(number), NEVER_STALE_MS)


def _ticker(number: int) -> Ticker:
    at, price = now_ms(), Decimal(60_000 + number % 100)
    return Ticker(Quote(price, at), Quote(price, at), Quote(price, at), Quote(price, at))


def _tick(markets: Markets, ticks: int) -> float:
    """Returns the µs of CPU of one tick of the first market."""
    key, prices = _key(0), [_price(number) for number in range(ticks)]
    started = time.thread_time_ns()
    for price in prices:
        markets.apply(key, price)
    return (time.thread_time_ns() - started) / ticks / 1000


def _memory(count: int) -> float:
    """Returns the bytes of memory that `count` positions use."""
    gc.collect()
    tracemalloc.start()
    markets = _markets(count)
    gc.collect()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del markets
    return used


def _restored(count: int) -> tuple[int, float]:
    """Returns the number of events of a trail, and the seconds to restore positions from them."""
    journal, records, market = Journal("benchmark"), [], _market(0)
    for at in range(count):
        side = TradeSide.BUY if at % 2 else TradeSide.SELL
        fill = Fill(str(at), market, side, Decimal(60_000), Decimal("0.001"), at)
        entry = journal.add(fill)
        assert entry is not None
        records.append((record_kind(entry), _decoded(record_of(entry, "benchmark"))))
    started = time.perf_counter()
    book = LiveBook(Markets(_key(0), 2_000))
    replay = TrailReplay()
    for kind, record in records:
        replay.add(kind, record)
    PositionTracker("benchmark", book, EXCHANGE, restored=replay.take("benchmark"))
    return count, time.perf_counter() - started


def _decoded(value: object) -> dict[str, object]:
    """Returns a record encoded as JSON and decoded."""
    record: dict[str, object] = json.loads(to_json(value))
    return record
