"""Access over a real socket: strangers reach the login, sessions everything, access keys the API."""

import logging
import re
from collections.abc import Callable, Iterator

import pytest
from websockets.exceptions import InvalidStatus

from dashboard.auth.auth_database import AuthFileError
from dashboard.auth.auth_store import AuthStore
from dashboard.paths import auth_file
from tests.auth.conftest import KEY, PASSWORD, AuthTestApp
from tests.auth.test_websocket_expiry import closed_by
from tests.waiting import TIMEOUT_S

HTML = "text/html,application/xhtml+xml"
PAGE = (
    "/",
    "/session",
    "/_dash-layout",
    "/_dash-dependencies",
    "/assets/js/3-stream.js",
)
API = ("/api/v1/positions", "/api/v1/positions/summary", "/api/openapi.json", "/api/docs", "/metrics")
SOCKETS = ("/ws/view", "/api/v1/positions/stream", "/api/v1/live/bbo")
ASSETS = (
    "/assets/css/1-tokens.css",
    "/assets/early/theme.js",
    "/assets/login/login.css",
    "/assets/vendor/inter-latin-wght-normal.woff2",
    "/assets/favicon.svg",
)


def refused(site: AuthTestApp, path: str, **headers: str) -> int:
    """Returns the status with which a websocket is refused."""
    with pytest.raises(InvalidStatus) as error, site.websocket(path, **headers):
        pass
    status: int = error.value.response.status_code
    return status


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuthTestApp]:
    with AuthTestApp(auth_file(tmp_path_factory.mktemp("state"))) as site:
        yield site


class TestStrangers:
    @pytest.fixture
    def site(self, unchanged: AuthTestApp) -> AuthTestApp:
        """One app for the class: its tests change nothing."""
        return unchanged

    @pytest.mark.parametrize("path", [*PAGE, "/nothing", "/Login", "/login/", "//login", "/healthz/x"])
    def test_pages_are_refused(self, site: AuthTestApp, path: str):
        answer = site.get(path)
        assert answer.status_code == 401
        assert "www-authenticate" not in answer.headers
        assert answer.json().keys() == {"detail"}

    @pytest.mark.parametrize("path", [*API, "/api", "/api/", "/api/v1/nothing"])
    def test_programs_are_asked_for_a_key(self, site: AuthTestApp, path: str):
        answer = site.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["cache-control"] == "no-store"
        assert "access key" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("path", "to"),
        [
            ("/", "/login"),
            ("/?focus=BTC", "/login?next=%2F%3Ffocus%3DBTC"),
            ("/api/docs", "/login?next=%2Fapi%2Fdocs"),
            ("/nothing", "/login?next=%2Fnothing"),
        ],
    )
    def test_browsers_are_redirected_to_the_login(self, site: AuthTestApp, path: str, to: str):
        answer = site.get(path, accept=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, to)
        assert answer.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("path", ["/api/v1/positions", "/metrics"])
    def test_answers_for_programs_are_not_redirected(self, site: AuthTestApp, path: str):
        assert site.get(path, accept=HTML).status_code == 401

    def test_callbacks_are_refused(self, site: AuthTestApp):
        assert site.client.post("/_dash-update-component", json={}).status_code == 401

    @pytest.mark.parametrize("path", SOCKETS)
    def test_websockets_are_refused_in_the_handshake(self, site: AuthTestApp, path: str):
        assert refused(site, path) == 401
        assert refused(site, path, cookie="dashboard=made-up") == 401

    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/login", *ASSETS])
    def test_health_and_login_are_open(self, site: AuthTestApp, path: str):
        assert site.get(path).status_code == 200

    def test_listed_site_may_read_the_refusal(self, visit: Callable[..., AuthTestApp]):
        site = visit(origins="https://good.example")
        answer = site.get("/api/v1/positions", origin="https://good.example")
        assert answer.status_code == 401
        assert answer.headers["access-control-allow-origin"] == "https://good.example"
        asked = {"origin": "https://good.example", "access-control-request-method": "GET"}
        asked["access-control-request-headers"] = "x-api-key"
        assert site.client.options("/api/v1/positions", headers=asked).status_code == 200
        asked["origin"] = "https://evil.example"
        assert site.client.options("/api/v1/positions", headers=asked).status_code == 400


class TestSessions:
    def test_everything_is_open(self, site: AuthTestApp):
        assert site.log_in().status_code == 303
        for path in (*PAGE, *API):
            assert site.get(path).is_success, path
        for path in SOCKETS:
            with site.websocket(path) as socket:
                assert socket.recv(TIMEOUT_S)

    @pytest.mark.parametrize("path", [*PAGE[:-1], *API, "/nothing", "/login"])
    def test_answers_are_not_cached(self, site: AuthTestApp, path: str):
        """Else a browser's history would show them after the log-out."""
        site.log_in()
        assert site.get(path).headers.get_list("cache-control") == ["no-store"]

    @pytest.mark.parametrize(
        ("part", "kept"),
        [('/assets/[^"?]+', []), ('/_dash-component-suites/[^"]+', ["public, max-age=31536000"])],
    )
    def test_static_files_may_be_cached(self, site: AuthTestApp, part: str, kept: list[str]):
        site.log_in()
        path = re.search(part, site.get("/").text).group()
        assert site.get(path).headers.get_list("cache-control") == kept

    def test_session_replaces_a_key(self, visit: Callable[..., AuthTestApp]):
        site = visit(keys=f"bot:{KEY}")
        site.log_in()
        assert site.get("/api/v1/positions").status_code == 200
        with site.websocket("/api/v1/positions/stream") as socket:
            assert socket.recv(TIMEOUT_S)

    def test_another_site_cannot_use_the_session(self, site: AuthTestApp):
        site.log_in()
        assert site.get("/api/v1/positions", origin="https://evil.example").status_code == 403
        assert refused(site, "/api/v1/positions/stream", origin="https://evil.example") == 403
        assert refused(site, "/ws/view", origin="https://evil.example") == 403

    def test_session_expires(self, visit: Callable[..., AuthTestApp]):
        site = visit(session_hours=1)
        site.log_in()
        now = site.inner.clock()
        site.inner.clock = lambda: now + 3_599
        assert site.get("/").status_code == 200
        site.inner.clock = lambda: now + 3_601
        assert site.get("/").status_code == 401

    def test_change_by_the_administrator_applies_at_once(self, site: AuthTestApp):
        site.log_in()
        site.store.log_out_all()
        assert site.get("/").status_code == 401
        site.log_in()
        assert site.get("/").status_code == 200
        site.store.set_password("another long password")
        assert site.get("/").status_code == 401


class TestKeys:
    @pytest.fixture
    def keyed(self, visit: Callable[..., AuthTestApp]) -> AuthTestApp:
        return visit(keys=f"bot:{KEY}")

    def test_key_opens_the_api(self, keyed: AuthTestApp):
        stored = keyed.store.create_key("laptop")
        for path in API:
            for key in (KEY, stored):
                assert keyed.get(path, x_api_key=key).status_code == 200, path
                assert keyed.get(path, authorization=f"Bearer {key}").status_code == 200, path
            assert keyed.get(path, x_api_key=KEY + "x").status_code == 401, path
        keyed.store.revoke_key("laptop")
        for path in API:
            assert keyed.get(path, x_api_key=stored).status_code == 401, path

    def test_key_does_not_open_the_page(self, keyed: AuthTestApp):
        for path in PAGE:
            assert keyed.get(path, x_api_key=KEY).status_code == 401, path

    def test_key_opens_websockets_of_the_api_only(self, keyed: AuthTestApp):
        for path in SOCKETS[1:]:
            with keyed.websocket(path, x_api_key=KEY) as socket:
                assert socket.recv(TIMEOUT_S)
        assert refused(keyed, "/ws/view", x_api_key=KEY) == 401


class TestWithoutPassword:
    def test_everything_is_open(self, visit: Callable[..., AuthTestApp]):
        site = visit(None)
        for path in (*PAGE, *API):
            assert site.get(path).is_success
        for path in SOCKETS:
            with site.websocket(path) as socket:
                assert socket.recv(TIMEOUT_S)
        assert site.get("/login?next=/api/docs").headers["location"] == "/api/docs"

    def test_existing_keys_are_required(self, visit: Callable[..., AuthTestApp]):
        site = visit(None)
        key = site.store.create_key("laptop")
        for path in API:
            assert site.get(path).status_code == 401, path
            assert site.get(path, x_api_key=key).status_code == 200, path
        assert refused(site, "/api/v1/live/bbo") == 401
        for path in (*PAGE, *ASSETS, "/login"):
            answer = site.get(path, x_api_key=key, accept=HTML)
            assert answer.status_code == 503, path
            assert "dashboard-admin set-password" in answer.text
        assert refused(site, "/ws/view", x_api_key=key) == 503
        site.store.set_password(PASSWORD)
        site.log_in()
        assert site.get("/").status_code == 200

    def test_first_key_closes_open_pages(self, visit: Callable[..., AuthTestApp]):
        site = visit(None)
        with site.websocket() as page:
            site.store.create_key("laptop")
            assert closed_by(page) == 1008

    def test_new_password_locks_at_once(self, visit: Callable[..., AuthTestApp]):
        site = visit(None)
        assert site.get("/").status_code == 200
        site.store.set_password(PASSWORD)
        assert site.get("/").status_code == 401

    def test_required_password_that_is_missing_blocks_everything(self, visit: Callable[..., AuthTestApp]):
        site = visit(None, required=True, keys=f"bot:{KEY}")
        for path in (*PAGE, *API, *ASSETS, "/login"):
            answer = site.get(path, x_api_key=KEY, accept=HTML)
            assert answer.status_code == 503
            assert "dashboard-admin set-password" in answer.text
            assert answer.headers["content-type"].startswith("text/html")
        assert site.client.post("/login", data={"password": ""}).status_code == 503
        for path in SOCKETS:
            assert refused(site, path) == 503
        for path in ("/healthz", "/readyz"):
            assert site.get(path).status_code == 200
        site.store.set_password(PASSWORD)
        assert site.log_in().status_code == 303
        assert site.get("/").status_code == 200


class TestUnusableFile:
    def test_lost_file_locks(self, site: AuthTestApp):
        site.log_in()
        site.store.close()
        for file in site.store.path.parent.iterdir():
            file.unlink()
        assert site.get("/").status_code == 503
        assert site.get("/api/v1/positions").status_code == 503
        site.store.set_password(PASSWORD)
        assert site.get("/").status_code == 401
        site.log_in()
        assert site.get("/").status_code == 200

    def test_reason_is_in_the_log_only(self, site: AuthTestApp, caplog: pytest.LogCaptureFixture):
        site.log_in()
        site.store.path.unlink()
        site.store.path.write_text("no database")
        with caplog.at_level(logging.ERROR):
            answer = site.get("/", accept=HTML)
        assert answer.status_code == 503
        assert str(site.store.path) not in answer.text
        assert str(site.store.path) in caplog.text
        assert site.get("/healthz").status_code == 200
        assert refused(site, "/ws/view") == 503

    def test_failed_write_is_answered_with_503(self, site: AuthTestApp, monkeypatch):
        def full(_path: object) -> None:
            raise AuthFileError("the disk is full")

        monkeypatch.setattr("dashboard.auth.auth_store.create_database", full)
        answer = site.log_in()
        assert answer.status_code == 503
        assert "disk" not in answer.text


def test_session_of_another_store_is_refused(site: AuthTestApp, tmp_path):
    other = AuthStore(tmp_path / "other" / "access.db")
    other.set_password(PASSWORD)
    site.client.cookies.set("dashboard", other.log_in(PASSWORD, 1))
    assert site.get("/").status_code == 401
    other.close()
