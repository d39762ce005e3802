"""What all tests share: no settings of the developer's own, and a Chromium for those that open the page."""

import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.redis_server import RedisServer

ROOT = Path(__file__).parents[1]
WORKERS_PER_CORE = 3
MAX_WORKERS = 24
NO_CHROMIUM = "no Chromium: `make test` gets one, CHROMIUM=/path/to/it names one"

# A slow machine is no error. What Hypothesis chooses for CI by itself stays.
settings.register_profile("house", parent=settings(), deadline=None)
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _nobodys_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps the developer's environment, .env and kept positions out of the tests, and tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("DASHBOARD_"):
                patch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        patch.setenv("HOME", str(home))
        for kind in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
        patch.chdir(home)  # away from a .env
        yield


@cache
def chromium() -> str | None:
    """The browser for tests, or None where there is none."""
    if "CHROMIUM" in os.environ:
        return os.environ["CHROMIUM"] or None  # make has looked already
    found = subprocess.run([ROOT / "dev" / "chromium"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def opens_a_browser(item: pytest.Item) -> bool:
    """Whether the test uses pytest-playwright's browser, by itself or through a fixture."""
    return "browser" in getattr(item, "fixturenames", ())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Returns the workers of `-n auto`: three per core, as most tests wait; none for a selection."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # read by xdist itself
    files = [argument for argument in config.args if "::" in argument or argument.endswith(".py")]
    selected = config.option.keyword or config.option.markexpr or config.option.lf or files
    return 0 if selected else min(WORKERS_PER_CORE * (os.cpu_count() or 1), MAX_WORKERS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that open a browser and puts them last, and the longest first.

    Playwright keeps an event loop running in the main thread until the end of the session, and no
    coroutine test can run after that. xdist's `load` distribution hands tests out in this order, so
    each worker has run its coroutine tests before its first browser test.
    """
    for item in items:
        if opens_a_browser(item):
            item.add_marker("browser")
    items.sort(key=lambda item: (opens_a_browser(item), item.get_closest_marker("longest") is None))
    if items and opens_a_browser(items[-1]):
        chromium()  # found now: a fixture is about to move the home that Playwright's own would be in


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test that needs a browser where there is none, which counts as a failure in CI."""
    if opens_a_browser(item) and chromium() is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_CHROMIUM)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says loudly that the page was not tested."""
    reports = terminalreporter.getreports("skipped")
    skipped = [report for report in reports if NO_CHROMIUM in str(report.longrepr)]
    if skipped:
        terminalreporter.section("THE PAGE WAS NOT TESTED", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} browser tests were skipped. There is {NO_CHROMIUM}")


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Playwright's browser is the one that was found, and it calls nobody."""
    flags = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # the sandbox does not start as root
    return {**browser_type_launch_args, "executable_path": chromium(), "args": flags}
