"""A proxy on this machine opens the dashboard to others: none is served without a password."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.auth.auth_store import AuthStore
from dashboard.paths import auth_file
from tests.processes.running_dashboard import WAYS, Running, running
from tests.waiting import TIMEOUT_S

pytestmark = pytest.mark.longest

PASSWORD = "a long enough passphrase"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PROXIES = {
    "nginx": {"X-Real-IP": "203.0.113.9", "X-Forwarded-For": "203.0.113.9"},
    "nginx, address only": {"X-Real-IP": "203.0.113.9"},
    "Caddy": {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "d"},
    "Traefik": {"X-Forwarded-Server": "t", "X-Forwarded-Port": "443"},
    "Apache": {"X-Forwarded-Host": "dash.example.org", "X-Forwarded-Server": "a"},
    "RFC 7239": {"Forwarded": "for=203.0.113.9;proto=https"},
    "Varnish": {"Via": "1.1 varnish (Varnish/7.1)", "X-Varnish": "32770"},
    "HAProxy": {"X-Forwarded-Proto": "https"},
    "Envoy": {"X-Envoy-External-Address": "203.0.113.9"},
    "Cloudflare": {"CF-Connecting-IP": "203.0.113.9", "CDN-Loop": "cloudflare"},
    "Akamai": {"True-Client-IP": "203.0.113.9"},
    "Fastly": {"Fastly-Client-IP": "203.0.113.9"},
    "Tailscale": {"Tailscale-User-Login": "eve@example.org"},
    "empty header": {"X-Forwarded-For": ""},
    "other case": {"x-FORWARDED-fOr": "203.0.113.9"},
    "a header of its own": {"X-Forwarded-By": "proxy"},
}
PATHS = ("/", "/login", "/_dash-layout", "/api/v1/positions", "/api/openapi.json", "/metrics", "/nothing")
SOCKETS = ("/ws/view", "/api/v1/positions/stream", "/api/v1/live/bbo")


@pytest.fixture(scope="module", params=WAYS)
def open_dashboard(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """Without a password, on a loopback port."""
    with running(request.param, tmp_path_factory.mktemp("open")) as server:
        yield server


def test_this_machine_is_served_without_a_password(open_dashboard: Running):
    with open_dashboard.client() as client:
        assert client.get("/", headers=BROWSER).status_code == 200
        assert client.get("/api/v1/positions").status_code == 200


@pytest.mark.parametrize("sent", PROXIES.values(), ids=PROXIES)
def test_nothing_is_served_through_a_proxy_without_a_password(open_dashboard: Running, sent: dict[str, str]):
    with open_dashboard.client() as client:
        for path in PATHS:
            for method in ("GET", "POST"):
                answer = client.request(method, path, headers=sent)
                assert answer.status_code == 403, (method, path)
                assert "dashboard-admin set-password" in answer.json()["detail"]
            page = client.get(path, headers=sent | BROWSER)
            assert page.status_code == 403
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert "dashboard-admin set-password" in page.text
        assert client.get("/healthz", headers=sent).status_code == 200
    for path in SOCKETS:
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(f"ws://{open_dashboard.host}{path}", additional_headers=sent, open_timeout=TIMEOUT_S),
        ):
            pass
        assert refused.value.response.status_code == 403


def test_http_1_0_is_not_served_without_a_password(open_dashboard: Running):
    """A proxy_pass of nginx speaks it, and by default adds no header."""
    connection = http.client.HTTPConnection(open_dashboard.host, timeout=TIMEOUT_S)
    connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"  # type: ignore[attr-defined] # no other way
    connection.request("GET", "/api/v1/positions", headers={"Host": open_dashboard.host})
    answer = connection.getresponse()
    assert answer.status == 403
    answer.read()
    connection.close()


@pytest.mark.parametrize("way", WAYS)
def test_name_beyond_this_machine_requires_a_login(way: str, tmp_path: Path):
    """Also through a proxy that sends no header of its own."""
    with running(way, tmp_path, allowed_hosts="dash.example.org") as server, server.client() as client:
        for host in ("dash.example.org", "127.0.0.1"):
            answer = client.get("/", headers={"Host": host})
            assert (answer.status_code, "no password is set" in answer.text) == (503, True)
        AuthStore(auth_file(tmp_path)).set_password(PASSWORD)
        assert client.get("/", headers={"Host": "dash.example.org", **BROWSER}).status_code == 303


def guess(client: object, sent: dict[str, str]) -> int:
    status: int = client.post("/login", data={"password": "a wrong one"}, headers=sent).status_code  # type: ignore[attr-defined]
    return status


@pytest.mark.parametrize("way", WAYS)
def test_forged_addresses_are_not_believed_over_tcp(way: str, tmp_path: Path, redis_server):
    """Thirty addresses were thirty fresh tries."""
    AuthStore(auth_file(tmp_path)).set_password(PASSWORD)
    with running(way, tmp_path, redis_url=redis_server.url) as server, server.client() as client:
        statuses = [guess(client, {"X-Forwarded-For": f"198.51.100.{i}"}) for i in range(30)]
    assert statuses == [401] * 5 + [429] * 25


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("how", "settings"),
    [("unix socket", {}), ("trusted address", {"trusted_proxies": "127.0.0.1,10.0.0.0/8"})],
)
def test_only_what_the_trusted_proxy_appended_counts(
    way: str, how: str, settings: dict[str, str], tmp_path: Path, redis_server
):
    """The client has sent the left part of the header, each time another."""
    AuthStore(auth_file(tmp_path)).set_password(PASSWORD)
    options = {"unix_socket": how == "unix socket", "redis_url": redis_server.url, **settings}
    with running(way, tmp_path, **options) as server, server.client() as client:
        forged = [{"X-Forwarded-For": f"198.51.100.{i}, 203.0.113.9"} for i in range(10)]
        assert [guess(client, sent) for sent in forged] == [401] * 5 + [429] * 5
        assert guess(client, {"X-Forwarded-For": "203.0.113.10"}) == 401


@pytest.mark.parametrize("way", WAYS)
def test_page_of_the_other_scheme_is_another_origin(way: str, tmp_path: Path, redis_server):
    """Over plain HTTP anyone on the way can put a page under the name of the dashboard."""
    AuthStore(auth_file(tmp_path)).set_password(PASSWORD)
    options = {"unix_socket": True, "redis_url": redis_server.url, "allowed_hosts": "dash.example.org"}
    with running(way, tmp_path, **options) as server, server.client() as client:
        for sent, origin, expected in (
            ("https", "https", 303),
            ("https", "http", 403),
            ("http", "http", 303),
            ("http", "https", 403),
        ):
            headers = {
                "Host": "dash.example.org",
                "X-Forwarded-For": "203.0.113.9",
                "X-Forwarded-Proto": sent,
                "Origin": f"{origin}://dash.example.org",
            }
            answer = client.post("/login", data={"password": PASSWORD}, headers=headers)
            assert answer.status_code == expected, (sent, origin)
