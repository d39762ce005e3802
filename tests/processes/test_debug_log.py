"""A secret that a client sends, wherever it stands in a request, appears in no log, not even at --debug."""

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from dashboard.auth.auth_store import AuthStore
from dashboard.paths import auth_file
from tests.processes.running_dashboard import WAYS, Running, running
from tests.waiting import TIMEOUT_S

pytestmark = pytest.mark.longest

PASSWORD = "a long enough passphrase"
SENT = "S3ntByAClient/With+Signs=="
"""A key that the dashboard does not know: one that was mistyped, or is of another service."""
QUERIES = ("api_key={}", "access_key={}", "X-API-Key={}", "token={}", "next=/?key={}", "{}", "a=b&key={}")
PATHS = ("/", "/login", "/api/v1/positions", "/api/v1/positions/stream", "/metrics", "/nothing", "/healthz",
         "/ws/view", "/api/v1/positions%3Fkey={}", "/api/v1/positions%253Fkey={}")  # fmt: skip
HEADERS = (
    {"X-API-Key": SENT},
    {"Authorization": f"Bearer {SENT}"},
    {"Authorization": f"Basic {SENT}"},
    {"Authorization": SENT},
    {"Cookie": f"dashboard={SENT}; dashboard-device={SENT}"},
    {"Referer": f"http://127.0.0.1/?key={SENT}"},
    {"Origin": f"https://{SENT}.example"},
    {"Accept": SENT},
    {"X-Forwarded-For": SENT},
)
SOCKETS = ("/ws/view", "/api/v1/positions/stream", "/api/v1/live/bbo", "/nothing")
SOCKET_HEADERS = (
    *HEADERS,
    {"Sec-WebSocket-Protocol": SENT},
    {"Sec-WebSocket-Extensions": f'x; key="{SENT}"'},
)


def send_everywhere(server: Running) -> int:
    """Sends the secret in each place of a request. Returns how many requests it made."""
    key, count = quote(SENT, safe=""), 0
    with server.client() as client:
        for path in PATHS:
            for query in QUERIES:
                client.get(f"{path.format(key)}?{query.format(key)}")
                count += 1
            for sent in HEADERS:
                client.get(path.format(key), headers=sent)
                count += 1
            for form in ({"password": SENT}, {"key": SENT, "next": f"/?key={SENT}"}):
                client.post(path.format(key), data=form)
                client.post(path.format(key), json=form)
                count += 2
    return count + open_sockets(server, key)


def open_sockets(server: Running, key: str) -> int:
    tries: list[tuple[str, dict[str, str]]] = [
        (f"{path}?{query.format(key)}", {}) for path in SOCKETS for query in QUERIES
    ]
    tries += [(path, sent) for path in SOCKETS for sent in SOCKET_HEADERS]
    for target, sent in tries:
        with (
            suppress(InvalidHandshake),
            connect(f"ws://{server.host}{target}", additional_headers=sent, open_timeout=TIMEOUT_S),
        ):
            pass
    return len(tries)


@pytest.mark.parametrize(("locked", "log_json"), [(False, "false"), (True, "true")], ids=["open", "locked"])
@pytest.mark.parametrize("way", WAYS)
def test_secret_of_a_request_is_not_logged(way: str, locked: bool, log_json: str, tmp_path: Path):
    if locked:
        AuthStore(auth_file(tmp_path)).set_password(PASSWORD)
    with running(way, tmp_path, debug="true", log_json=log_json) as server:
        assert send_everywhere(server) > 100
    assert way == "workers" or {"DEBUG", "/api/v1/positions?***"} <= set(
        re.findall(r"DEBUG|/api/v1/positions\S+", server.log)
    )
    spellings = {SENT, quote(SENT), quote(SENT, safe=""), quote(quote(SENT, safe=""), safe="")}
    assert not [line for line in server.log.splitlines() if any(each in line for each in spellings)]
