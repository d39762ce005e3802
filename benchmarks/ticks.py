"""What a tick costs from the exchange's websocket into the live state.

ccxt drains its socket before it wakes who waits, so a flood at full speed would measure how many
ticks are thrown away. The exchange therefore sends an even stream slow enough that each tick is
handled by itself, to both readers at once: the same frames, under the same conditions. What counts is
the CPU that each process uses for one tick it has handled.
"""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median

from benchmarks.our_server import KEY, context_of, live_state, received
from benchmarks.processes import Child, running
from benchmarks.pulse import price_of
from benchmarks.report import Report, Row
from dashboard.clock import now_ms
from dashboard.web.views.market_view import market_view
from dashboard.web.views.selected_position import select

RATE = 500.0
"""Frames a second: both readers and the exchange together stay far below one core."""


def measure(quick: bool) -> Report:
    """Both readers side by side, then our own parts alone."""
    rounds, seconds = (2, 2.0) if quick else (8, 4.0)
    cost: dict[str, list[float]] = {"ours": [], "plain": []}
    handled = dict.fromkeys(cost, 0)
    sent = 0
    with ExitStack() as stack:
        exchange = stack.enter_context(running("benchmarks.flood"))
        config = json.dumps(exchange.hello["config"])
        readers = {way: stack.enter_context(running("benchmarks.readers", way, config)) for way in cost}
        exchange.ask("run", rate=RATE, seconds=1.0)
        for _ in range(rounds):
            before = {way: reader.ask("used") for way, reader in readers.items()}
            sent += exchange.ask("run", rate=RATE, seconds=seconds)
            time.sleep(0.1)
            for way, reader in readers.items():
                ticks, cpu = _since(before[way], reader)
                cost[way].append(cpu / ticks * 1e6)
                handled[way] += ticks
    ours, plain = (median(cost[way]) for way in ("ours", "plain"))
    ratio = median(a / b for a, b in zip(cost["ours"], cost["plain"], strict=True))
    apply, look = costs(2_000 if quick else 20_000)
    return Report(
        "ticks: from the exchange's websocket into the live state",
        f"{rounds} rounds of {seconds:g} s at {RATE:g} frames/s to both readers at once. The plain way is "
        "ccxt.pro's own loop around watch_ticker, which keeps nothing.",
        [
            Row("CPU a tick", ours, plain, "µs", most_ratio=1.25),
            Row("of it runtime.apply, alone", apply, unit="µs"),
            Row("view() of a page, alone", look, unit="µs"),
        ],
        [
            f"One core would take {1e6 / ours:,.0f} ticks/s (the plain way {1e6 / plain:,.0f}).",
            f"Median of the rounds' own ratios: {ratio:.2f}x.",
            f"Of {sent:,} frames we handled {handled['ours']:,}, the plain way {handled['plain']:,}.",
        ],
    )


def _since(before: list[float], reader: Child) -> tuple[int, float]:
    ticks, cpu = reader.ask("used")
    return int(ticks - before[0]), cpu - before[1]


def costs(count: int) -> tuple[float, float]:
    """µs that runtime.apply and view() take, each alone."""
    markets, book = live_state()
    context = context_of(markets, book)
    events = iter([received(price_of(tick)) for tick in range(count)])
    apply = _each(count, lambda: markets.apply(KEY, next(events)))
    views = count // 10
    look = _each(
        views,
        lambda: market_view(select(context, None), context, now_ms()),
        lambda tick: markets.apply(KEY, received(price_of(tick))),
    )
    return apply, look


def _each(count: int, work: Callable[[], object], before: Callable[[int], object] = lambda _: None) -> float:
    """µs of CPU of one `work`, without what comes `before` it."""
    spent = 0
    for number in range(count):
        before(number)
        started = time.thread_time_ns()
        work()
        spent += time.thread_time_ns() - started
    return spent / count / 1000
