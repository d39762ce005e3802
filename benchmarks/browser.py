"""Chromium, and measurements inside a page."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.processes import ROOT

FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
]
LOAD_TIMEOUT_S = 30.0
"""Seconds until a page must show its first number."""
POLL_INTERVAL_MS = 50.0
"""Milliseconds between two polls of the page, which records the times itself."""

FIRST_NUMBER = """(selector) => {
  const look = () => {
    const shown = document.querySelector(selector)?.textContent ?? "";
    if (/\\d/.test(shown)) window.firstNumber = performance.timeOrigin + performance.now();
    else requestAnimationFrame(look);
  };
  look();
}"""
RECORD = """(selector) => {
  const element = document.querySelector(selector);
  window.record = [];
  const note = () => window.record.push([element.textContent, performance.timeOrigin + performance.now()]);
  new MutationObserver(note).observe(element, { subtree: true, childList: true, characterData: true });
}"""

Records = list[tuple[str, float]]
"""Texts, and the time at which the page showed each, in ms since 1970."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_path(), args=flags)
        try:
            yield browser
        finally:
            browser.close()


def _path() -> str:
    given = os.environ.get("CHROMIUM")
    return given or subprocess.check_output([ROOT / "dev" / "chromium"], text=True).strip()


def open_page(page: Page, url: str, selector: str) -> float:
    """Opens `url`; returns when the element first showed a number, in ms since 1970. Raises TimeoutError."""
    page.add_init_script(f"({FIRST_NUMBER})({selector!r})")
    page.goto(url)
    for _ in range(int(LOAD_TIMEOUT_S * 1000 / POLL_INTERVAL_MS)):
        if at := page.evaluate("window.firstNumber"):
            return float(at)
        page.wait_for_timeout(POLL_INTERVAL_MS)
    raise TimeoutError(f"{url} showed no number within {LOAD_TIMEOUT_S:.0f} s")


def record(page: Page, selector: str) -> None:
    """Starts recording each text of the element with its time."""
    page.evaluate(RECORD, selector)


def recorded(page: Page) -> Records:
    """Returns the texts recorded since `record`."""
    return [(text, at) for text, at in page.evaluate("window.record")]
