"""From the command to the first number on the screen, and what the page weighs.

The process is new each time and so is the browser's cache; the browser itself already runs. The plain
way is a Dash page with nothing on it but one number, on the same backend.
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

SETTLING = 3_000
"""Milliseconds after the first number in which the rest of the page comes: the chart's script."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start; times in ms."""

    listening: float
    shown: float
    bytes: int
    requests: int
    kinds: Counter[str] = field(default_factory=Counter)
    """Bytes of each kind of file."""

    @property
    def both(self) -> float:
        return self.listening + self.shown


def measure(quick: bool) -> Report:
    """Both in turn, three times."""
    ours, empty = [], []
    with chromium() as browser:
        for _ in range(1 if quick else 3):
            with _our_dashboard() as (url, listening):
                ours.append(_opened(browser, url, listening, '[data-bind="price"]'))
            with _empty_page() as (url, listening):
                empty.append(_opened(browser, url, listening, "#price"))
    weight = ", ".join(f"{kind} {size / 1000:,.0f} kB" for kind, size in ours[0].kinds.most_common())
    return Report(
        "start: from dashboard-run --demo to the first number in Chromium",
        f"Median of {len(ours)}. The plain way is an empty Dash page on the same backend, without an "
        "exchange behind it.",
        [
            _row("process to listening", ours, empty, "listening", "ms"),
            _row("page load to number", ours, empty, "shown", "ms"),
            _row("command to number", ours, empty, "both", "ms"),
            Row("page, as served", ours[0].bytes / 1000, empty[0].bytes / 1000, "kB", digits=0),
            Row("requests", ours[0].requests, empty[0].requests, digits=0),
        ],
        [f"Ours by kind: {weight}."],
    )


def _row(what: str, ours: list[Start], empty: list[Start], name: str, unit: str) -> Row:
    mine, plain = (median(getattr(start, name) for start in starts) for starts in (ours, empty))
    return Row(what, mine, plain, unit, digits=0)


@contextmanager
def _our_dashboard() -> Iterator[tuple[str, float]]:
    program = [sys.executable, "-m", "dashboard.cli", "--demo", "--no-browser", "--port", "0"]
    with tempfile.TemporaryDirectory() as state:
        environment = os.environ | {"XDG_STATE_HOME": state}
        with _address(program, env=environment) as found:
            yield found


@contextmanager
def _empty_page() -> Iterator[tuple[str, float]]:
    with _address(
        [sys.executable, "-m", "benchmarks.plain_servers", "empty"], stdin=subprocess.PIPE
    ) as found:
        yield found


@contextmanager
def _address(command: list[str], **options: Any) -> Iterator[tuple[str, float]]:
    """Where it serves, and after how many ms it said so."""
    started = time.monotonic()
    with running_command(command, **options) as process:
        for line in process.stdout or ():
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found[0], (time.monotonic() - started) * 1000
                return
        raise RuntimeError(f"{' '.join(command)} ended without an address")


def _opened(browser: Browser, url: str, listening: float, selector: str) -> Start:
    context = browser.new_context()
    page = context.new_page()
    network = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: Counter[str] = Counter()

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def arrived(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] += event["dataLength"]

    network.on("Network.responseReceived", answered)
    network.on("Network.dataReceived", arrived)
    network.send("Network.enable")
    asked = time.time_ns() / 1e6
    shown = open_page(page, url, selector) - asked
    page.wait_for_timeout(SETTLING)
    context.close()
    by_kind: Counter[str] = Counter()
    for request, size in sizes.items():
        by_kind[kinds.get(request, "Other").lower()] += size
    return Start(listening, shown, sum(sizes.values()), len(kinds), by_kind)
