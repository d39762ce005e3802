"""Takes the README's screenshots: the app on its demo exchange, in Chromium."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
LOAD_TIMEOUT_MS = 30_000
"""Milliseconds until prices stream and the chart is visible."""
SETTLE_MS = 2_500
"""Milliseconds until fonts are loaded and animations have ended."""


@dataclass(frozen=True)
class Screenshot:
    """One image: its theme, viewport, and whether it shows a phone's full page."""

    name: str
    theme: str
    width: int
    height: int
    phone: bool = False


DESKTOP = [Screenshot(f"dashboard-{theme}", theme, 1440, 1240) for theme in ("dark", "light")]
PHONE = [Screenshot(f"phone-{theme}", theme, 390, 844, phone=True) for theme in ("dark", "light")]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        for screenshot in DESKTOP + PHONE:
            print(take(browser, url, screenshot).relative_to(ROOT))
        browser.close()


@contextmanager
def demo() -> Iterator[str]:
    """Runs the demo, and yields its address."""
    program = str(Path(sys.executable).with_name("dashboard-run"))
    command = [program, "--demo", "--no-browser", "--auto-port"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield address(process)
        finally:
            process.terminate()


def address(process: subprocess.Popen[str]) -> str:
    """Reads the address that the dashboard prints once it listens."""
    for line in process.stdout or ():
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    sys.exit("dashboard-run exited without printing an address")


def chromium() -> str:
    """The browser from $CHROMIUM, else that of dev/chromium."""
    given = os.environ.get("CHROMIUM")
    return given or subprocess.check_output([ROOT / "dev" / "chromium"], text=True).strip()


def take(browser: Browser, url: str, screenshot: Screenshot) -> Path:
    """Opens the page as a new visitor, waits until it is live, and takes the screenshot."""
    page = browser.new_page(
        viewport={"width": screenshot.width, "height": screenshot.height},
        device_scale_factor=2 if screenshot.phone else 1,
        is_mobile=screenshot.phone,
        has_touch=screenshot.phone,
    )
    page.add_init_script(f"localStorage.setItem('dashboard-theme', '{screenshot.theme}')")
    page.goto(url)
    expect(page.locator("[data-bind=state]")).to_have_text("STREAMING", timeout=LOAD_TIMEOUT_MS)
    expect(page.locator("#chart .plot-container")).to_be_visible(timeout=LOAD_TIMEOUT_MS)
    page.wait_for_timeout(SETTLE_MS)
    path = FOLDER / f"{screenshot.name}.png"
    page.screenshot(path=path, full_page=screenshot.phone)
    page.close()
    return path


if __name__ == "__main__":
    main()
