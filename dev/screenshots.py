"""Takes the README's pictures: the real app on its demo exchange, in Chromium."""

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
PICTURES = ROOT / "docs" / "screenshots"
PATIENCE = 30_000
"""Milliseconds for the page to come alive."""
SETTLING = 2_500
"""Milliseconds after which fonts, chart and the first flashes have come to rest."""


@dataclass(frozen=True)
class Picture:
    """One file: which theme, how wide, and whether to take the whole height."""

    name: str
    theme: str
    width: int
    height: int
    phone: bool = False


DESK_PICTURES = [Picture(f"dashboard-{theme}", theme, 1440, 1240) for theme in ("dark", "light")]
PHONE_PICTURES = [Picture(f"phone-{theme}", theme, 390, 844, phone=True) for theme in ("dark", "light")]


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        for picture in DESK_PICTURES + PHONE_PICTURES:
            print(take(browser, url, picture).relative_to(ROOT))
        browser.close()


@contextmanager
def demo() -> Iterator[str]:
    """The demo's address while it runs."""
    program = str(Path(sys.executable).with_name("dashboard-run"))
    command = [program, "--demo", "--no-browser", "--auto-port"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield address(process)
        finally:
            process.terminate()


def address(process: subprocess.Popen[str]) -> str:
    """The address that the dashboard prints once it listens."""
    for line in process.stdout or ():
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    sys.exit("dashboard-run ended without an address")


def chromium() -> str:
    """The browser that make found, or else that dev/chromium finds."""
    given = os.environ.get("CHROMIUM")
    return given or subprocess.check_output([ROOT / "dev" / "chromium"], text=True).strip()


def take(browser: Browser, url: str, picture: Picture) -> Path:
    """Opens the page as a new visitor, waits until it is live, and takes the picture."""
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=2 if picture.phone else 1,
        is_mobile=picture.phone,
        has_touch=picture.phone,
    )
    page.add_init_script(f"localStorage.setItem('dashboard-theme', '{picture.theme}')")
    page.goto(url)
    expect(page.locator("[data-bind=state]")).to_have_text("STREAMING", timeout=PATIENCE)
    expect(page.locator("#chart .plot-container")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(SETTLING)
    path = PICTURES / f"{picture.name}.png"
    page.screenshot(path=path, full_page=picture.phone)
    page.close()
    return path


if __name__ == "__main__":
    main()
