"""The page in a real browser, served over a real socket, with live state set by the test."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect
from starlette.responses import Response

from dashboard.clock import wall_ms
from dashboard.web.app import build_app
from tests.waiting import TIMEOUT_S, until
from tests.web.scenes import LONG, Scene, candles

expect.set_options(timeout=TIMEOUT_S * 1000)

NO_PLOTLY = """
    window.Plotly = new Proxy({ Plots: { resize: async () => {} } }, { get: (real, name) => real[name] ??
        (async (plot) => { if (plot?.nodeType) Object.assign(plot, { on() {}, data: [] }); return plot; }) });
"""
"""Replaces plotly in tests without the chart: loading it takes half of the time of a page."""


class Server:
    """One application at a time, always on the same port, so that the browser can use its cache."""

    port = 0

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.start()

    def start(self) -> None:
        app = build_app(self.scene.context)
        app.add_route("/session", lambda _request: Response(status_code=204))  # the page asks after a break
        config = uvicorn.Config(app, port=self.port, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        until(lambda: self._server.started)
        Server.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


class PriceRepeater:
    """Repeats the newest price each second, unless it was an old one, as exchanges do in a quiet market."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._stopped = scene, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(1):
            self._scene.repeat()


@dataclass
class OpenPage:
    """An open page, with its errors and the hosts of its requests."""

    page: Page
    server: Server
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @property
    def scene(self) -> Scene:
        return self.server.scene

    def shown(self, key: str) -> Any:
        """The first element that shows `key` of the view."""
        return self.page.locator(f'[data-bind="{key}"]').first

    def add_console_line(self, line: ConsoleMessage) -> None:
        """Keeps an error with its URL: "Failed to load resource" does not name the resource."""
        if line.type == "error":
            self.errors.append(f"{line.text} ({line.location['url']})")

    def evaluate(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def wait_for(self, expression: str, wanted: Callable[[Any], bool] = bool) -> Any:
        """Polls an expression from outside: the page's policy forbids the eval of Playwright's own wait."""
        deadline = time.monotonic() + TIMEOUT_S
        while not wanted(value := self.evaluate(expression)):
            assert time.monotonic() < deadline, f"{expression} is {value!r}"
            self.page.wait_for_timeout(25)
        return value


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Serves a scene: by default a long of half a bitcoin, with a profit of 642.1 dollars per coin."""
    started: list[Server | PriceRepeater] = []

    def serve(entered: Any = LONG, price: str | None = "67482.1", **more: Any) -> Server:
        scene = Scene(entered, real_clock=True, history=more.pop("history", recent()), **more)
        if price is not None:
            scene.resolve().price(price)
        server = Server(scene)
        started.extend((server, PriceRepeater(scene)))
        return server

    yield serve
    for service in started:
        service.stop()


@pytest.fixture
def visit(serve: Callable[..., Server], page: Page) -> Callable[..., OpenPage]:
    """Opens the page of a scene and waits until it is painted."""

    def visit(*scene: Any, chart: bool = False, **more: Any) -> OpenPage:
        server = serve(*scene, **more)
        if not chart:
            page.add_init_script(NO_PLOTLY)
        opened = OpenPage(page, server)
        page.on("console", opened.add_console_line)
        page.on("pageerror", lambda error: opened.errors.append(str(error)))
        page.on("request", lambda request: opened.hosts.add(urlsplit(request.url).netloc))
        page.goto(server.url)
        expect(opened.shown("state")).not_to_be_empty()
        return opened

    return visit


@pytest.fixture(scope="session")
def browser_context(browser: Browser) -> Iterator[BrowserContext]:
    """One browser context for all tests, so that the scripts of Dash and plotly are fetched once."""
    context = browser.new_context(color_scheme="dark", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(TIMEOUT_S * 1000)
    yield context
    context.close()


@pytest.fixture
def page(browser_context: BrowserContext) -> Iterator[Page]:
    page = browser_context.new_page()
    yield page
    with suppress(Error):  # no page was opened
        page.evaluate("localStorage.clear()")
    page.close()


def recent() -> list[Any]:
    """Five-minute candles up to now."""
    period = 300_000
    return candles(40, opened_at=(wall_ms() // period - 39) * period)
