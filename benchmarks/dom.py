"""How long a tick takes from the feed's hands to the DOM.

A tick counts as shown once the element holds its price or a newer one. The clock starts just before
the tick is given to the server's side and stops in a MutationObserver in the page, both by the wall
clock of this machine.
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

EVERY = 0.1
WARM_UP = 80
"""Ticks for a fresh page to come to rest: its chart, its fonts."""
LAST = 2_500
"""Milliseconds for the last tick to arrive."""
SELECTORS = {"ours": '[data-bind="price"]', "bare": "#price", "interval": "#price"}


def measure(quick: bool) -> Report:
    """Three pages, one after the other, in rounds."""
    rounds, ticks = (1, 30) if quick else (4, 100)
    late: dict[str, list[float]] = {way: [] for way in SELECTORS}
    with ExitStack() as stack:
        servers = {
            "ours": stack.enter_context(running("benchmarks.our_server")),
            "bare": stack.enter_context(running("benchmarks.plain_servers", "bare")),
            "interval": stack.enter_context(running("benchmarks.plain_servers", "interval")),
        }
        browser = stack.enter_context(chromium())
        for _ in range(rounds):
            for way, server in servers.items():
                late[way] += one_round(browser, server, SELECTORS[way], ticks)
    return Report(
        "dom: tick to DOM at 10 ticks/s",
        f"{rounds * ticks} ticks a way in {rounds} rounds, each with a fresh page in the same Chromium. "
        "The bare page is a websocket that sets textContent; the other a 2 s dcc.Interval.",
        _rows(late),
    )


def _rows(late: Mapping[str, list[float]]) -> list[Row]:
    ours, bare, interval = (late[way] for way in ("ours", "bare", "interval"))
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
    """Milliseconds that each of `ticks` took to a fresh page, once that has come to rest."""
    server.ask("beat", count=1, every=EVERY)
    page = browser.new_page()
    open_page(page, server.url, selector)
    server.send("beat", count=WARM_UP + ticks, every=EVERY)
    page.wait_for_timeout((WARM_UP - 5) * EVERY * 1000)
    record(page, selector)
    page.wait_for_timeout((ticks + 5) * EVERY * 1000 + LAST)
    late = lateness(server.answer(), recorded(page), ticks)
    page.close()
    return late


def lateness(sent: Sent, records: Records, ticks: int) -> list[float]:
    """Milliseconds from each of the last `ticks` to the first record of it or a newer one; or infinite."""
    shown = sorted((at, tick_of(text)) for text, at in records)
    newest = list(accumulate((tick for _, tick in shown), max))
    late = []
    for tick in range(len(sent) - ticks + 1, len(sent) + 1):
        at = bisect_left(newest, tick)
        late.append(shown[at][0] - sent[tick - 1] / 1e6 if at < len(shown) else inf)
    return late
