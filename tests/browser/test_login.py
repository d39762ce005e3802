"""The login in a real browser: log-in, log-out, and an open page whose session ends."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.paths import auth_file
from tests.auth.conftest import PASSWORD, AuthTestApp
from tests.browser.conftest import NO_PLOTLY


@pytest.fixture
def site(tmp_path: Path) -> Iterator[AuthTestApp]:
    with AuthTestApp(auth_file(tmp_path)) as site:
        yield site


@pytest.fixture
def home(site: AuthTestApp, page: Page) -> Iterator[str]:
    page.add_init_script(NO_PLOTLY)
    yield f"http://{site.address}/"
    page.context.clear_cookies()


def log_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def expect_painted(page: Page) -> None:
    expect(page.locator('[data-bind="price"]').first).to_have_text("67,482.1")


def test_log_in_and_log_out(page: Page, home: str) -> None:
    page.goto(home)
    expect(page).to_have_url(f"{home}login")
    expect(page.get_by_label("Password")).to_be_focused()
    log_in(page, "a wrong password")
    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Password")).to_have_value("")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(home)
    expect_painted(page)
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{home}login")
    page.go_back()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(home)
    expect(page).to_have_url(f"{home}login")


@pytest.mark.parametrize("path", ["", "api/docs"])
def test_back_button_after_log_out_shows_the_login(page: Page, home: str, path: str) -> None:
    """Also on pages without our scripts: the browser must not take them from its cache."""
    page.goto(f"{home}{path}")
    log_in(page)
    expect(page).to_have_url(f"{home}{path}")
    page.goto(f"{home}?a=b")
    expect_painted(page)
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{home}login")
    page.go_back()
    expect(page).to_have_url(f"{home}login?next=%2F%3Fa%3Db")
    page.go_back()
    expect(page.get_by_label("Password")).to_be_visible()
    expect(page).to_have_url(re.compile("/login"))


def test_log_out_works_by_keyboard(page: Page, home: str) -> None:
    page.goto(home)
    log_in(page)
    expect_painted(page)
    page.get_by_role("button", name="Position", exact=True).focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Log out")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{home}login")


def test_log_in_leads_to_the_requested_address(page: Page, home: str) -> None:
    page.goto(f"{home}api/docs?a=b%20c")
    log_in(page)
    expect(page).to_have_url(f"{home}api/docs?a=b%20c")


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda site: site.store.log_out_all(), id="log-out of all"),
        pytest.param(lambda site: site.store.set_password("another long password"), id="a new password"),
    ],
)
def test_open_page_shows_the_login_when_its_session_ends(
    page: Page, home: str, site: AuthTestApp, end: Callable[[AuthTestApp], None]
) -> None:
    page.goto(home)
    log_in(page)
    expect_painted(page)
    end(site)
    expect(page).to_have_url(f"{home}login", timeout=10_000)


def test_open_page_without_websockets_shows_the_login_when_its_session_ends(
    page: Page, home: str, site: AuthTestApp
) -> None:
    page.route_web_socket("**/ws/view*", lambda socket: socket.close())
    page.goto(home)
    log_in(page)
    expect_painted(page)
    site.store.log_out_all()
    expect(page).to_have_url(f"{home}login", timeout=20_000)


def test_open_page_shows_the_login_when_a_first_password_is_set(page: Page, tmp_path: Path) -> None:
    with AuthTestApp(auth_file(tmp_path), None) as site:
        page.add_init_script(NO_PLOTLY)
        page.goto(f"http://{site.address}/")
        expect_painted(page)
        expect(page.get_by_role("button", name="Log out")).to_have_count(0)
        site.store.set_password(PASSWORD)
        expect(page.get_by_label("Password")).to_be_visible(timeout=10_000)


def test_link_on_another_site_keeps_the_session(page: Page, home: str) -> None:
    """Browsers send a SameSite=Strict cookie only on requests from our own pages."""
    page.goto(home)
    log_in(page)
    expect_painted(page)
    with another_site(f'<a href="{home}?a=b">the dashboard</a>') as elsewhere:
        page.goto(elsewhere)
        page.get_by_role("link").click()
        expect(page).to_have_url(f"{home}?a=b")
        expect_painted(page)
        page.context.clear_cookies()
        page.goto(elsewhere)
        page.get_by_role("link").click()
        expect(page.get_by_label("Password")).to_be_visible()


class another_site:  # noqa: N801  (it reads as a function)
    """Serves a page as localhost, which a browser treats as another site than 127.0.0.1."""

    def __init__(self, body: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Logs nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://localhost:{self._server.server_address[1]}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_login_page_has_the_chosen_theme_and_fits_a_small_phone(page: Page, home: str, theme: str) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(home)
    if theme == "light":
        page.evaluate("localStorage.setItem('dashboard-theme', 'light')")
    log_in(page, "a wrong password")
    expect(page.get_by_role("alert")).to_be_visible()
    ground = {"dark": "rgb(10, 13, 19)", "light": "rgb(243, 245, 248)"}[theme]
    expect(page.locator("body")).to_have_css("background-color", ground)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("document.documentElement.scrollHeight") == 640


@pytest.mark.parametrize("width", [1440, 390, 360])
def test_header_buttons_fit_in_one_row(page: Page, home: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(home)
    log_in(page)
    expect_painted(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    buttons = (page.locator(f".actions {name}") for name in (".theme", "#open-form", ".log-out"))
    boxes = [box for button in buttons if (box := button.bounding_box())]
    assert len(boxes) == 3
    for box in boxes:
        assert abs(box["y"] - boxes[0]["y"]) < 2
        assert abs(box["height"] - boxes[0]["height"]) < 2
        assert box["x"] + box["width"] <= width - 12
