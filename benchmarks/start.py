"""Time from the command to the first number on the screen, and the size of the page.

Process and browser cache are new each time; the browser itself is already running. The plain page is a
Dash page with a single number on the same backend.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from playwright.sync_api import Browser

from benchmarks.browser import chromium, open_page
from benchmarks.processes import running_command
from benchmarks.report import Report, Row

PAGE_LOAD_WAIT_MS = 3_000
"""Time after the first number for the rest of the page: the chart's script."""


@dataclass(frozen=True, slots=True)
class StartTimes:
    """Measurements of one start."""

    listening_ms: float
    shown_ms: float
    bytes: int
    requests: int
    bytes_by_type: Counter[str] = field(default_factory=Counter)

    @property
    def total_ms(self) -> float:
        return self.listening_ms + self.shown_ms


def measure(quick: bool) -> Report:
    """Measures both pages alternately, three times."""
    ours, empty = [], []
    with chromium() as browser:
        for _ in range(1 if quick else 3):
            with _our_dashboard() as (url, listening_ms):
                ours.append(_open(browser, url, listening_ms, '[data-bind="price"]'))
            with _empty_page() as (url, listening_ms):
                empty.append(_open(browser, url, listening_ms, "#price"))
    sizes = ", ".join(f"{kind} {size / 1000:,.0f} kB" for kind, size in ours[0].bytes_by_type.most_common())
    return Report(
        "start: from dashboard-run --demo to the first number in Chromium",
        f"Median of {len(ours)}. The plain page is an empty Dash page on the same backend, without a feed.",
        [
            _row("process to listening", ours, empty, "listening_ms", "ms"),
            _row("page load to number", ours, empty, "shown_ms", "ms"),
            _row("command to number", ours, empty, "total_ms", "ms"),
            Row("page, as served", ours[0].bytes / 1000, empty[0].bytes / 1000, "kB", digits=0),
            Row("requests", ours[0].requests, empty[0].requests, digits=0),
        ],
        [f"Ours by resource type: {sizes}."],
    )


def _row(label: str, ours: list[StartTimes], empty: list[StartTimes], name: str, unit: str) -> Row:
    dashboard, plain = (median(getattr(start, name) for start in starts) for starts in (ours, empty))
    return Row(label, dashboard, plain, unit, digits=0)


@contextmanager
def _our_dashboard() -> Iterator[tuple[str, float]]:
    command = [sys.executable, "-m", "dashboard.cli", "--demo", "--no-browser", "--port", "0"]
    with tempfile.TemporaryDirectory() as state:
        environment = os.environ | {"XDG_STATE_HOME": state}
        with _listening_server(command, env=environment) as found:
            yield found


@contextmanager
def _empty_page() -> Iterator[tuple[str, float]]:
    with _listening_server(
        [sys.executable, "-m", "benchmarks.plain_servers", "empty"], stdin=subprocess.PIPE
    ) as found:
        yield found


@contextmanager
def _listening_server(command: list[str], **options: Any) -> Iterator[tuple[str, float]]:
    """Yields the URL of the server, and the milliseconds until it listened."""
    started = time.monotonic()
    with running_command(command, **options) as process:
        for line in process.stdout or ():
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found[0], (time.monotonic() - started) * 1000
                return
        raise RuntimeError(f"{' '.join(command)} exited without printing its URL: run it alone to see why")


def _open(browser: Browser, url: str, listening_ms: float, selector: str) -> StartTimes:
    context = browser.new_context()
    page = context.new_page()
    network = context.new_cdp_session(page)
    types: dict[str, str] = {}
    sizes: Counter[str] = Counter()

    def response_received(event: dict[str, Any]) -> None:
        types[event["requestId"]] = event["type"]

    def data_received(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] += event["dataLength"]

    network.on("Network.responseReceived", response_received)
    network.on("Network.dataReceived", data_received)
    network.send("Network.enable")
    started = time.time_ns() / 1e6
    shown_ms = open_page(page, url, selector) - started
    page.wait_for_timeout(PAGE_LOAD_WAIT_MS)
    context.close()
    by_type: Counter[str] = Counter()
    for request, size in sizes.items():
        by_type[types.get(request, "Other").lower()] += size
    return StartTimes(listening_ms, shown_ms, sum(sizes.values()), len(types), by_type)
