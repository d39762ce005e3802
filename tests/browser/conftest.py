"""The page in a real browser, served over a real socket, with a live state that the test feeds."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from dashboard.web.app import build_app
from tests.waiting import PATIENCE_S, until
from tests.web.scenes import LONG, Scene, candles

expect.set_options(timeout=PATIENCE_S * 1000)

NO_PLOTLY = """
    window.Plotly = new Proxy({ Plots: { resize: async () => {} } }, { get: (real, name) => real[name] ??
        (async (plot) => { if (plot?.nodeType) Object.assign(plot, { on() {}, data: [] }); return plot; }) });
"""
"""Stands in for plotly where a test is not about the chart: to load it takes half of a page's time."""


class Server:
    """One application at a time, always on the same port, so that the browser's cache is of use."""

    port = 0

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.start()

    def start(self) -> None:
        config = uvicorn.Config(
            build_app(self.scene.context), port=self.port, log_level="error", timeout_graceful_shutdown=1
        )
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


class Pulse:
    """Repeats the newest price each second, as a quiet market is confirmed, unless it was an old one."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._over = scene, threading.Event()
        self._thread = threading.Thread(target=self._beat)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(1):
            self._scene.repeat()


@dataclass
class Open:
    """An open page and what it has done so far."""

    page: Page
    server: Server
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @property
    def scene(self) -> Scene:
        return self.server.scene

    def shown(self, key: str) -> Any:
        """Where `key` of the view is shown."""
        return self.page.locator(f'[data-bind="{key}"]').first

    def ask(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def until(self, expression: str, wanted: Callable[[Any], bool] = bool) -> Any:
        """Polls the page from outside: its policy forbids Playwright's own way, which needs eval."""
        until = time.monotonic() + PATIENCE_S
        while not wanted(value := self.ask(expression)):
            assert time.monotonic() < until, f"{expression} is {value!r}"
            self.page.wait_for_timeout(25)
        return value


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Serves a scene: by default a long of half a bitcoin, 642.1 dollars in profit a coin."""
    started: list[Server | Pulse] = []

    def serve(entered: Any = LONG, price: str | None = "67482.1", **more: Any) -> Server:
        scene = Scene(entered, real_clock=True, history=more.pop("history", recent()), **more)
        if price is not None:
            scene.resolve().price(price)
        server = Server(scene)
        started.extend((server, Pulse(scene)))
        return server

    yield serve
    for one in started:
        one.stop()


@pytest.fixture
def visit(serve: Callable[..., Server], page: Page) -> Callable[..., Open]:
    """Opens the page of a scene and waits until it is painted."""

    def visit(*scene: Any, chart: bool = False, **more: Any) -> Open:
        server = serve(*scene, **more)
        if not chart:
            page.add_init_script(NO_PLOTLY)
        opened = Open(page, server)
        page.on("console", lambda line: opened.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("request", lambda request: opened.hosts.add(urlsplit(request.url).netloc))
        page.goto(server.url)
        expect(opened.shown("state")).not_to_be_empty()
        return opened

    return visit


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One for all tests: Dash's and plotly's scripts are fetched once."""
    context = browser.new_context(color_scheme="dark", viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    page = window.new_page()
    yield page
    with suppress(Error):  # no page was opened
        page.evaluate("localStorage.clear()")
    page.close()


def recent() -> list[Any]:
    """Five-minute bars up to now."""
    period = 300_000
    return candles(40, opened_at=(int(time.time() * 1000) // period - 39) * period)
