"""Strings from outside as markup: in the answers of the server and in a browser, none of them runs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.api.router import add_api
from dashboard.app.context import EngineInfo
from dashboard.domain.events import FeedFailed, Transport
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle
from dashboard.errors import DashboardError, PositionError
from dashboard.web.app import build_app
from tests.app_server import AppServer
from tests.domain.builders import instrument
from tests.security.conftest import Attacks
from tests.waiting import TIMEOUT_S
from tests.web.scenes import LONG, Scene

CLASS = "scripts in strings from outside"
RUN = "window.attacked=1"
PAYLOADS = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f'"><img src=x onerror="{RUN}">',
    f"'><svg/onload={RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<a href=javascript:{RUN}>x</a>",
    f"<math><mi xlink:href=data:x,<script>{RUN}</script>>",
    f"<style onload={RUN}></style>",
    f"javascript:{RUN}",
    f"${{{RUN}}}",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"';{RUN};//",
    f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"\u2028{RUN}\u2029",
    f"{{%config%}}{{%scripts%}}<script>{RUN}</script>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    "<base href=https://evil.example/>",
)
Serve = Callable[[str], str]


def scene(text: str) -> Scene:
    """A market, an exchange and errors that are all called `text`."""
    made = Scene(LONG, account=True, real_clock=True, history=DashboardError(text))
    made.save_error = PositionError(text)
    market = replace(instrument(), symbol=text, id=text, base=text, quote=text, settle=text)
    return made.resolve(market).price("100").apply(FeedFailed(Transport.STREAM, text))


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves a page on which every string from outside is the given one; returns its URL."""
    with ExitStack() as stack:

        def serve(text: str) -> str:
            made = scene(text)

            async def no_history(_timeframe: str, _market: MarketKey) -> Sequence[Candle]:
                raise DashboardError(text)

            info = EngineInfo(text, text, has_account=True, audit_problem=text)
            context = replace(made.context, info=lambda: info, candles=no_history)
            app = build_app(context)
            add_api(app, context)
            server = AppServer(app)
            server.start()
            stack.callback(server.stop)
            return f"http://{server.address}"

        yield serve


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(TIMEOUT_S * 1000)
    yield context.new_page()
    context.close()


def test_markup_reaches_no_page_unescaped(serve: Serve, attacks: Attacks):
    for payload in PAYLOADS:
        with httpx.Client(base_url=serve(payload)) as client:
            for path in ("/", "/_dash-layout", "/api/v1/positions", "/api/v1/positions/health", "/api/docs"):
                answer = client.get(path, params={"focus": payload})
                is_page = "html" in answer.headers["Content-Type"]
                escaped = not is_page or "<" not in payload or payload not in answer.text
                attacks.case(escaped, f"{path} {payload}")
                attacks.case(is_page == (path in ("/", "/api/docs")), f"{path} is served as a page")


def test_markup_does_not_run_in_the_browser(serve: Serve, attacks: Attacks, page: Page):
    """The page shows it as text: its symbol, its exchange, its errors, and its selected position."""
    everything = " ".join(PAYLOADS)
    url = serve(everything)
    page.goto(f"{url}/?focus={quote(everything)}")
    expect(page.locator('[data-bind="state"]').first).not_to_be_empty()
    expect(page.locator("body")).to_contain_text("window.attacked")
    for place in ("html", "body", "head"):
        attacks.case(page.locator(f"{place} iframe").count() == 0, f"an iframe in {place}")
    attacks.case(page.locator("img[src=x]").count() == 0, "an image in the page")
    attacks.case(page.evaluate("window.attacked") is None, "a script ran")
    attacks.case(page.evaluate("document.baseURI").startswith(url), "the base was changed")
    for path in ("/api/v1/positions", "/api/docs", "/_dash-layout", f"/{quote(PAYLOADS[0])}"):
        page.goto(f"{url}{path}")
        attacks.case(page.evaluate("window.attacked") is None, f"a script ran on {path}")


def test_policy_stops_markup_that_would_be_inserted(serve: Serve, attacks: Attacks, page: Page):
    page.goto(serve("BTCUSDT"))
    expect(page.locator('[data-bind="state"]').first).not_to_be_empty()
    for payload in PAYLOADS:
        page.evaluate(
            "text => { document.body.appendChild(document.createElement('div')).innerHTML = text }", payload
        )
    page.evaluate(
        "code => { document.body.appendChild(document.createElement('script')).textContent = code }", RUN
    )
    page.evaluate("new Promise(done => setTimeout(done))")  # the events of what was inserted come before
    attacks.case(page.evaluate("window.attacked") is None, "an inserted script ran")
