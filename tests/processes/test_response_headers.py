"""Security headers on every response of the application: pages, refusals, failures and refused websockets."""

from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.processes.running_dashboard import WAYS, Running, running
from tests.waiting import TIMEOUT_S

pytestmark = pytest.mark.longest

FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
}
REQUESTS = {
    "page": ("GET", "/", {}, 200),
    "API": ("GET", "/api/v1/positions", {}, 200),
    "asset": ("GET", "/assets/favicon.svg", {}, 200),
    "health": ("GET", "/healthz", {}, 200),
    "head": ("HEAD", "/", {}, None),
    "unknown path": ("GET", "/nothing", {}, 404),
    "wrong method": ("DELETE", "/api/v1/positions", {}, 405),
    "foreign host": ("GET", "/", {"Host": "evil.example"}, 400),
    "foreign origin": ("POST", "/", {"Origin": "https://evil.example"}, 403),
    "through a proxy": ("GET", "/", {"Via": "1.1 a"}, 403),
    "through a proxy, in a browser": ("GET", "/", {"Via": "1.1 a", "Accept": "text/html"}, 403),
    "failed callback": ("POST", "/_dash-update-component", {}, None),
}


@pytest.fixture(scope="module", params=WAYS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(request.param, tmp_path_factory.mktemp("state")) as server:
        yield server


@pytest.mark.parametrize(("method", "path", "sent", "status"), REQUESTS.values(), ids=REQUESTS)
def test_every_response_has_each_header_once(
    server: Running, method: str, path: str, sent: dict[str, str], status: int | None
):
    with server.client() as client:
        answer = client.request(method, path, headers=sent)
    assert status is None or answer.status_code == status
    assert {name: answer.headers.get_list(name) for name in FIXED} == {name: [FIXED[name]] for name in FIXED}
    for name, part in (
        ("content-security-policy", "frame-ancestors 'none'"),
        ("permissions-policy", "usb=()"),
    ):
        (value,) = answer.headers.get_list(name)
        assert part in value


@pytest.mark.parametrize("path", ["/ws/view", "/api/v1/positions/stream", "/nothing"])
def test_refused_websocket_has_the_headers(server: Running, path: str):
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://{server.host}{path}", additional_headers={"Via": "1.1 a"}, open_timeout=TIMEOUT_S),
    ):
        pass
    headers = refused.value.response.headers
    assert {name: headers.get_all(name) for name in FIXED} == {name: [FIXED[name]] for name in FIXED}
