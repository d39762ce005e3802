"""CPU of a tick from the exchange's websocket into the live state.

ccxt drains its socket before it wakes its callers, so at full speed most ticks would be dropped. The
exchange therefore sends the same frames to both readers at once, slowly enough that each tick is handled
separately. The figure is the CPU of a process for each tick that it handled.
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
"""Frames per second: both readers and the exchange together use far less than one core."""


def measure(quick: bool) -> Report:
    """Measures both readers at once, then two parts of ours separately."""
    rounds, seconds = (2, 2.0) if quick else (8, 4.0)
    cost: dict[str, list[float]] = {"ours": [], "plain": []}
    handled = dict.fromkeys(cost, 0)
    sent = 0
    with ExitStack() as stack:
        exchange = stack.enter_context(running("benchmarks.flood"))
        config = json.dumps(exchange.hello["config"])
        readers = {name: stack.enter_context(running("benchmarks.readers", name, config)) for name in cost}
        exchange.ask("run", rate=RATE, seconds=1.0)
        for _ in range(rounds):
            before = {name: reader.ask("used") for name, reader in readers.items()}
            sent += exchange.ask("run", rate=RATE, seconds=seconds)
            time.sleep(0.1)
            for name, reader in readers.items():
                ticks, cpu = _since(before[name], reader)
                cost[name].append(cpu / ticks * 1e6)
                handled[name] += ticks
    ours, plain = (median(cost[name]) for name in ("ours", "plain"))
    ratio = median(a / b for a, b in zip(cost["ours"], cost["plain"], strict=True))
    apply, view = costs(2_000 if quick else 20_000)
    return Report(
        "ticks: from the exchange's websocket into the live state",
        f"{rounds} rounds of {seconds:g} s at {RATE:g} frames/s to both readers at once. The plain "
        "implementation is ccxt.pro's own loop around watch_ticker, which stores nothing.",
        [
            Row("CPU a tick", ours, plain, "µs", most_ratio=1.25),
            Row("of it Markets.apply alone", apply, unit="µs"),
            Row("market_view of a page alone", view, unit="µs"),
        ],
        [
            f"One core would take {1e6 / ours:,.0f} ticks/s (the plain implementation {1e6 / plain:,.0f}).",
            f"Median of the ratios of the rounds: {ratio:.2f}x.",
            f"Of {sent:,} frames, ours handled {handled['ours']:,} and the plain one {handled['plain']:,}.",
        ],
    )


def _since(before: list[float], reader: Child) -> tuple[int, float]:
    ticks, cpu = reader.ask("used")
    return int(ticks - before[0]), cpu - before[1]


def costs(count: int) -> tuple[float, float]:
    """Returns the µs of CPU of Markets.apply and of market_view."""
    markets, book = live_state()
    context = context_of(markets, book)
    events = iter([received(price_of(tick)) for tick in range(count)])
    apply = _each(count, lambda: markets.apply(KEY, next(events)))
    views = count // 10
    view = _each(
        views,
        lambda: market_view(select(context, None), context.info(), now_ms()),
        lambda tick: markets.apply(KEY, received(price_of(tick))),
    )
    return apply, view


def _each(count: int, work: Callable[[], object], before: Callable[[int], object] = lambda _: None) -> float:
    """Returns the mean µs of CPU of `work`, without the preparation by `before`."""
    spent = 0
    for number in range(count):
        before(number)
        started = time.thread_time_ns()
        work()
        spent += time.thread_time_ns() - started
    return spent / count / 1000
