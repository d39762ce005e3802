"""Latency of a tick from the feed to the DOM.

A tick is shown once the element contains its price or a newer one. The measurement starts just before
the server receives the tick and ends in a MutationObserver of the page, both by the wall clock of this
machine.
"""

from bisect import bisect_left
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import accumulate
from math import inf

from playwright.sync_api import Browser

from benchmarks.browser import Records, chromium, open_page, record, recorded
from benchmarks.processes import Child, running
from benchmarks.pulse import Sent, tick_of
from benchmarks.report import Report, Row, percentile

TICK_INTERVAL_S = 0.1
WARM_UP = 80
"""Ticks until a new page has loaded its chart and fonts."""
LAST_TICK_WAIT_MS = 2_500
SELECTORS = {"ours": '[data-bind="price"]', "bare": "#price", "interval": "#price"}


def measure(quick: bool) -> Report:
    """Measures three pages, one after the other, in rounds."""
    rounds, ticks = (1, 30) if quick else (4, 100)
    latencies: dict[str, list[float]] = {page: [] for page in SELECTORS}
    with ExitStack() as stack:
        servers = {
            "ours": stack.enter_context(running("benchmarks.our_server")),
            "bare": stack.enter_context(running("benchmarks.plain_servers", "bare")),
            "interval": stack.enter_context(running("benchmarks.plain_servers", "interval")),
        }
        browser = stack.enter_context(chromium())
        for _ in range(rounds):
            for page, server in servers.items():
                latencies[page] += one_round(browser, server, SELECTORS[page], ticks)
    return Report(
        "dom: tick to DOM at 10 ticks/s",
        f"{rounds * ticks} ticks per page in {rounds} rounds, each with a new page in the same Chromium. "
        "The bare page is a websocket that sets textContent; the other a 2 s dcc.Interval.",
        _rows(latencies),
    )


def _rows(latencies: Mapping[str, list[float]]) -> list[Row]:
    ours, bare, interval = (latencies[page] for page in ("ours", "bare", "interval"))
    return [
        Row("p50, against a bare websocket", percentile(ours, 50), percentile(bare, 50), "ms"),
        Row(
            "p95, against a bare websocket",
            percentile(ours, 95),
            percentile(bare, 95),
            "ms",
            most=16,
            most_ratio=1.5,
        ),
        Row("p50, against dcc.Interval", percentile(ours, 50), percentile(interval, 50), "ms"),
        Row("p95, against dcc.Interval", percentile(ours, 95), percentile(interval, 95), "ms"),
    ]


def one_round(browser: Browser, server: Child, selector: str, ticks: int) -> list[float]:
    """Returns the latency of each of `ticks` to a new page in milliseconds, after its warm-up."""
    server.ask("beat", count=1, every=TICK_INTERVAL_S)
    page = browser.new_page()
    open_page(page, server.url, selector)
    server.send("beat", count=WARM_UP + ticks, every=TICK_INTERVAL_S)
    page.wait_for_timeout((WARM_UP - 5) * TICK_INTERVAL_S * 1000)
    record(page, selector)
    page.wait_for_timeout((ticks + 5) * TICK_INTERVAL_S * 1000 + LAST_TICK_WAIT_MS)
    latencies = tick_latencies(server.answer(), recorded(page), ticks)
    page.close()
    return latencies


def tick_latencies(sent: Sent, records: Records, ticks: int) -> list[float]:
    """Returns the milliseconds from each of the last `ticks` to its first record or a newer one's; or inf."""
    shown = sorted((at, tick_of(text)) for text, at in records)
    newest = list(accumulate((tick for _, tick in shown), max))
    latencies = []
    for tick in range(len(sent) - ticks + 1, len(sent) + 1):
        at = bisect_left(newest, tick)
        latencies.append(shown[at][0] - sent[tick - 1] / 1e6 if at < len(shown) else inf)
    return latencies
