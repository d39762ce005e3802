"""Chromium, and what can be seen of a page from within it."""

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
PATIENCE = 30.0
"""Seconds for a page to show its first number."""
GLANCE = 50.0
"""Milliseconds between two looks from outside; the times themselves are taken within the page."""

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
"""Texts, and when the page showed each: ms since 1970."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
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
    """Opens `url`; when there was a number in the element: ms since 1970. Raises TimeoutError."""
    page.add_init_script(f"({FIRST_NUMBER})({selector!r})")
    page.goto(url)
    for _ in range(int(PATIENCE * 1000 / GLANCE)):
        if at := page.evaluate("window.firstNumber"):
            return float(at)
        page.wait_for_timeout(GLANCE)
    raise TimeoutError(f"{url} shows no number")


def record(page: Page, selector: str) -> None:
    """From now on, remembers every text of the element and when it came."""
    page.evaluate(RECORD, selector)


def recorded(page: Page) -> Records:
    """What `record` has remembered."""
    return [(text, at) for text, at in page.evaluate("window.record")]
