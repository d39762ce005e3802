"""Who gets what: strangers the login, people with a session everything, programs with a key the API."""

import logging
import re
from collections.abc import Callable, Iterator

import pytest
from websockets.exceptions import InvalidStatus

from dashboard.auth.auth_database import AuthFileError
from dashboard.auth.auth_store import AuthStore, auth_file
from tests.auth.conftest import KEY, PASSWORD, AuthTestApp

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
    """The status with which a websocket is refused."""
    with pytest.raises(InvalidStatus) as error, site.socket(path, **headers):
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
        """One for all: they change nothing."""
        return unchanged

    @pytest.mark.parametrize("path", [*PAGE, "/nothing", "/Login", "/login/", "//login", "/healthz/x"])
    def test_get_nothing(self, site: AuthTestApp, path: str):
        answer = site.get(path)
        assert answer.status_code == 401
        assert "www-authenticate" not in answer.headers
        assert answer.json().keys() == {"detail"}

    @pytest.mark.parametrize("path", [*API, "/api", "/api/", "/api/v1/nothing"])
    def test_programs_are_told_what_would_do(self, site: AuthTestApp, path: str):
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
    def test_people_are_led_to_the_login(self, site: AuthTestApp, path: str, to: str):
        answer = site.get(path, accept=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, to)
        assert answer.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("path", ["/api/v1/positions", "/metrics"])
    def test_figures_for_programs_are_no_page(self, site: AuthTestApp, path: str):
        assert site.get(path, accept=HTML).status_code == 401

    def test_callbacks_are_refused(self, site: AuthTestApp):
        assert site.client.post("/_dash-update-component", json={}).status_code == 401

    @pytest.mark.parametrize("path", SOCKETS)
    def test_websockets_are_refused_in_the_handshake(self, site: AuthTestApp, path: str):
        assert refused(site, path) == 401
        assert refused(site, path, cookie="dashboard=made-up") == 401

    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/login", *ASSETS])
    def test_see_health_and_login(self, site: AuthTestApp, path: str):
        assert site.get(path).status_code == 200

    def test_another_sites_page_gets_to_read_why(self, visit: Callable[..., AuthTestApp]):
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
    def test_get_everything(self, site: AuthTestApp):
        assert site.log_in().status_code == 303
        for path in (*PAGE, *API):
            assert site.get(path).is_success, path
        for path in SOCKETS:
            with site.socket(path) as socket:
                assert socket.recv(5)

    @pytest.mark.parametrize("path", [*PAGE[:-1], *API, "/nothing", "/login"])
    def test_what_they_get_is_not_kept(self, site: AuthTestApp, path: str):
        """Else a browser's history shows it after the log-out."""
        site.log_in()
        assert site.get(path).headers.get_list("cache-control") == ["no-store"]

    @pytest.mark.parametrize(
        ("part", "kept"),
        [('/assets/[^"?]+', []), ('/_dash-component-suites/[^"]+', ["public, max-age=31536000"])],
    )
    def test_but_for_what_is_the_same_for_all(self, site: AuthTestApp, part: str, kept: list[str]):
        site.log_in()
        path = re.search(part, site.get("/").text).group()
        assert site.get(path).headers.get_list("cache-control") == kept

    def test_a_session_is_enough_where_there_are_keys(self, visit: Callable[..., AuthTestApp]):
        site = visit(keys=f"bot:{KEY}")
        site.log_in()
        assert site.get("/api/v1/positions").status_code == 200
        with site.socket("/api/v1/positions/stream") as socket:
            assert socket.recv(5)

    def test_another_site_cannot_use_it(self, site: AuthTestApp):
        site.log_in()
        assert site.get("/api/v1/positions", origin="https://evil.example").status_code == 403
        assert refused(site, "/api/v1/positions/stream", origin="https://evil.example") == 403
        assert refused(site, "/ws/view", origin="https://evil.example") == 403

    def test_not_longer_than_it_lasts(self, visit: Callable[..., AuthTestApp]):
        site = visit(session_hours=1)
        site.log_in()
        now = site.inner.clock()
        site.inner.clock = lambda: now + 3_599
        assert site.get("/").status_code == 200
        site.inner.clock = lambda: now + 3_601
        assert site.get("/").status_code == 401

    def test_what_the_administrator_does_counts_at_once(self, site: AuthTestApp):
        site.log_in()
        site.store.log_out_all()
        assert site.get("/").status_code == 401
        site.log_in()
        assert site.get("/").status_code == 200
        site.store.set_password("another long password")
        assert site.get("/").status_code == 401


class TestKeys:
    @pytest.fixture
    def positions_by_key(self, visit: Callable[..., AuthTestApp]) -> AuthTestApp:
        return visit(keys=f"bot:{KEY}")

    def test_open_the_api(self, keyed: AuthTestApp):
        stored = keyed.store.create_key("laptop")
        for path in API:
            for key in (KEY, stored):
                assert keyed.get(path, x_api_key=key).status_code == 200, path
                assert keyed.get(path, authorization=f"Bearer {key}").status_code == 200, path
            assert keyed.get(path, x_api_key=KEY + "x").status_code == 401, path
        keyed.store.revoke_key("laptop")
        for path in API:
            assert keyed.get(path, x_api_key=stored).status_code == 401, path

    def test_but_not_the_page(self, keyed: AuthTestApp):
        for path in PAGE:
            assert keyed.get(path, x_api_key=KEY).status_code == 401, path

    def test_and_its_websockets_alone(self, keyed: AuthTestApp):
        for path in SOCKETS[1:]:
            with keyed.socket(path, x_api_key=KEY) as socket:
                assert socket.recv(5)
        assert refused(keyed, "/ws/view", x_api_key=KEY) == 401


class TestWithoutPassword:
    def test_it_is_open(self, visit: Callable[..., AuthTestApp]):
        site = visit(None)
        for path in (*PAGE, *API):
            assert site.get(path).is_success
        for path in SOCKETS:
            with site.socket(path) as socket:
                assert socket.recv(5)
        assert site.get("/login?next=/api/docs").headers["location"] == "/api/docs"

    def test_keys_are_asked_for_as_ever(self, visit: Callable[..., AuthTestApp]):
        site = visit(None)
        key = site.store.create_key("laptop")
        assert site.get("/").status_code == 200
        assert site.get("/api/v1/positions").status_code == 401
        assert site.get("/api/v1/positions", x_api_key=key).status_code == 200
        assert refused(site, "/api/v1/live/bbo") == 401

    def test_one_that_is_set_closes_it_at_once(self, visit: Callable[..., AuthTestApp]):
        site = visit(None)
        assert site.get("/").status_code == 200
        site.store.set_password(PASSWORD)
        assert site.get("/").status_code == 401

    def test_where_one_is_required_nothing_is_served(self, visit: Callable[..., AuthTestApp]):
        site = visit(None, required=True, keys=f"bot:{KEY}")
        for path in (*PAGE, *API, *ASSETS, "/login"):
            answer = site.get(path, x_api_key=KEY, accept=HTML)
            assert answer.status_code == 503
            assert "dashboard-admin set-password" in answer.text
            assert answer.text.count("\n") == 1
            assert answer.headers["content-type"].startswith("text/plain")
        assert site.client.post("/login", data={"password": ""}).status_code == 503
        for path in SOCKETS:
            assert refused(site, path) == 503
        for path in ("/healthz", "/readyz"):
            assert site.get(path).status_code == 200
        site.store.set_password(PASSWORD)
        assert site.log_in().status_code == 303
        assert site.get("/").status_code == 200


class TestTrouble:
    def test_a_lost_file_locks_and_does_not_open(self, site: AuthTestApp):
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

    def test_a_file_that_cannot_be_read_is_said_in_the_log_alone(
        self, site: AuthTestApp, caplog: pytest.LogCaptureFixture
    ):
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

    def test_a_file_that_cannot_be_written_ends_no_process(self, site: AuthTestApp, monkeypatch):
        def full(_path: object) -> None:
            raise AuthFileError("the disk is full")

        monkeypatch.setattr("dashboard.auth.auth_store.make", full)
        answer = site.log_in()
        assert answer.status_code == 503
        assert "disk" not in answer.text


def test_another_store_knows_nothing_of_a_session(site: AuthTestApp, tmp_path):
    other = AuthStore(tmp_path / "other" / "access.db")
    other.set_password(PASSWORD)
    site.client.cookies.set("dashboard", other.log_in(PASSWORD, 1))
    assert site.get("/").status_code == 401
    other.close()
