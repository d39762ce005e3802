"""Signs of a proxy in a request."""

import pytest

from dashboard.auth.proxy_signs import proxy_sign
from tests.auth.builders import scope


@pytest.mark.parametrize(
    "name",
    [
        *("X-Forwarded-For", "X-FORWARDED-HOST", "X-Forwarded", "Forwarded", "Via", "X-Real-IP", "CF-Ray"),
        *("X-Original-URL", "X-Original-Forwarded-For", "X-Amz-Cf-Id", "X-Vercel-Id", "Incap-Client-IP"),
        *("Remote-User", "X-Remote-User", "X-Auth-Request-Email", "X-Authentik-Username"),
    ],
)
@pytest.mark.parametrize("websocket", [False, True])
def test_header_of_a_proxy(name: str, websocket: bool) -> None:
    request = scope(websocket=websocket)
    request["headers"].append((name.lower().encode(), b""))
    assert proxy_sign(request) == name.lower()


def test_http_1_0() -> None:
    assert proxy_sign(scope() | {"http_version": "1.0"}) == "HTTP/1.0"


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_browser_has_none(version: str) -> None:
    """As Chromium sends it."""
    sent = {
        "connection": "keep-alive", "cache_control": "max-age=0", "upgrade_insecure_requests": "1",
        "user_agent": "Mozilla/5.0", "accept": "text/html", "sec_fetch_site": "none", "sec_ch_ua": "x",
        "accept_encoding": "gzip", "accept_language": "en", "referer": "http://127.0.0.1:8056/", "dnt": "1",
        "origin": "http://127.0.0.1:8056", "priority": "u=0, i", "pragma": "no-cache", "x_api_key": "x",
    }  # fmt: skip
    assert proxy_sign(scope(**sent) | {"http_version": version}) is None
