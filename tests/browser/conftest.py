"""The page in a real browser, served over a real socket, with a live state that the test feeds."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from dashboard.web.app import build_app
from tests.web.scenes import LONG, Scene, candles

expect.set_options(timeout=8_000)


class Server:
    """One application on a port of its own, which it gets again after a restart."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.port = 0
        self.start()

    def start(self) -> None:
        config = uvicorn.Config(
            build_app(self.scene.desk), port=self.port, log_level="error", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


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
        until = time.monotonic() + 8
        while not wanted(value := self.ask(expression)):
            assert time.monotonic() < until, f"{expression} is {value!r}"
            self.page.wait_for_timeout(25)
        return value


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Serves a scene: by default a long of half a bitcoin, 642.1 dollars in profit a coin."""
    servers: list[Server] = []

    def serve(entered: Any = LONG, price: str | None = "67482.1", **more: Any) -> Server:
        scene = Scene(entered, real_clock=True, history=more.pop("history", recent()), **more)
        if price is not None:
            scene.resolve().price(price)
        servers.append(Server(scene))
        return servers[-1]

    yield serve
    for server in servers:
        server.stop()


@pytest.fixture
def visit(page: Page, serve: Callable[..., Server]) -> Callable[..., Open]:
    """Opens the page of a scene and waits until it is painted."""

    def visit(*scene: Any, **more: Any) -> Open:
        server = serve(*scene, **more)
        opened = Open(page, server)
        page.on("console", lambda line: opened.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("request", lambda request: opened.hosts.add(urlsplit(request.url).netloc))
        page.goto(server.url)
        expect(opened.shown("state")).not_to_be_empty()
        return opened

    return visit


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "color_scheme": "dark", "viewport": {"width": 1440, "height": 900}}


def recent() -> list[Any]:
    """Five-minute bars up to now."""
    period = 300_000
    return candles(40, opened_at=(int(time.time() * 1000) // period - 39) * period)
