"""Shared by all tests: isolation from the developer's settings, patience, and a Chromium for the page."""

import os
import subprocess
from asyncio.selector_events import _SelectorTransport  # type: ignore[attr-defined]  # private
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG
from hypothesis import settings

from dashboard import redaction
from tests.redis_server import RedisServer
from tests.waiting import TIMEOUT_S

ROOT = Path(__file__).parents[1]
WORKERS_PER_CORE = 3
MAX_WORKERS = 24
NO_CHROMIUM = "no Chromium: `make test` gets one, CHROMIUM=/path/to/it names one"

# A slow machine is not an error. The defaults of Hypothesis for CI stay.
settings.register_profile("without deadline", parent=settings(), deadline=None)
settings.load_profile("without deadline")


@pytest.fixture(scope="session", autouse=True)
def _isolated_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Separates the tests from the developer's environment, .env and saved positions."""
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


@pytest.fixture(scope="session", autouse=True)
def _patient_http() -> Iterator[None]:
    """Gives a server under test more than the 5 s that httpx waits by default."""
    with pytest.MonkeyPatch.context() as patch:
        for phase in ("connect", "read", "write", "pool"):
            patch.setattr(DEFAULT_TIMEOUT_CONFIG, phase, TIMEOUT_S)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_lost_connections() -> Iterator[None]:
    """Closes a connection whose server ends between its accept and its set-up, as asyncio does not.

    The warning about it would fail whichever test the garbage collector runs in.
    """
    set_up = _SelectorTransport.__init__

    def set_up_or_close(transport: Any, loop: Any, sock: Any, *arguments: Any, **more: Any) -> None:
        try:
            set_up(transport, loop, sock, *arguments, **more)
        except AssertionError:
            transport._sock = None
            sock.close()
            raise

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_SelectorTransport, "__init__", set_up_or_close)
        yield


@pytest.fixture(autouse=True)
def _no_known_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgets the credentials of other tests, which would be redacted in the texts of this one."""
    monkeypatch.setattr(redaction, "_spellings", set())
    monkeypatch.setattr(redaction, "_fragments", set())
    monkeypatch.setattr(redaction, "_pattern_of_secrets", None)


@cache
def chromium() -> str | None:
    """Returns the path of the browser for tests; None if there is none."""
    if "CHROMIUM" in os.environ:
        return os.environ["CHROMIUM"] or None  # set by make
    found = subprocess.run([ROOT / "dev" / "chromium"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def opens_a_browser(item: pytest.Item) -> bool:
    """True if the test uses pytest-playwright's browser, directly or through a fixture."""
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
        chromium()  # found now: a fixture is about to change the home directory of Playwright's own


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a browser test without a browser; in CI it fails."""
    if opens_a_browser(item) and chromium() is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_CHROMIUM)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Reports skipped browser tests in a section of their own."""
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
    """Starts the browser that was found, without its requests to other hosts."""
    flags = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # the sandbox does not start as root
    return {**browser_type_launch_args, "executable_path": chromium(), "args": flags}
