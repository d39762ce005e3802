"""The Origin header: the own page and programs pass, other sites do not."""

import pytest

from dashboard.auth.origin import is_same_origin, parse_allowed_origins
from dashboard.errors import SettingsError
from tests.auth.builders import scope


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        pytest.param("http://127.0.0.1:8056", "127.0.0.1:8056", True, id="our page"),
        pytest.param("http://localhost:8056", "localhost:8056", True, id="our page by name"),
        pytest.param("http://[::1]:8056", "[::1]:8056", True, id="our page over IPv6"),
        pytest.param(None, "127.0.0.1:8056", True, id="a program"),
        pytest.param(None, "", True, id="a program without Host"),
        pytest.param("https://127.0.0.1:8056", "127.0.0.1:8056", False, id="our name with TLS"),
        pytest.param("http://evil.example", "127.0.0.1:8056", False, id="another site"),
        pytest.param("http://127.0.0.1:9999", "127.0.0.1:8056", False, id="another server of this machine"),
        pytest.param("http://localhost:8056", "127.0.0.1:8056", False, id="another name of this machine"),
        pytest.param("http://127.0.0.1:8056.evil.example", "127.0.0.1:8056", False, id="a name like ours"),
        pytest.param("http://127.0.0.1:8056@evil.example", "127.0.0.1:8056", False, id="our name as user"),
        pytest.param("http://evil.example/127.0.0.1:8056", "127.0.0.1:8056", False, id="our name as a path"),
        pytest.param("null", "127.0.0.1:8056", False, id="a sandboxed frame or file"),
        pytest.param("", "127.0.0.1:8056", False, id="empty"),
        pytest.param("127.0.0.1:8056", "127.0.0.1:8056", False, id="no scheme"),
        pytest.param("http://127.0.0.1:8056", "", False, id="no host"),
        pytest.param("http://[evil", "127.0.0.1:8056", False, id="no valid URL"),
    ],
)
@pytest.mark.parametrize("websocket", [False, True])
def test_same_origin(origin: str | None, host: str, allowed: bool, websocket: bool) -> None:
    sent = {} if origin is None else {"origin": origin}
    assert is_same_origin(scope(websocket=websocket, host=host, **sent)) is allowed


@pytest.mark.parametrize(
    ("sent_from", "allowed"),
    [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False)],
)
def test_browser_that_sends_no_origin_is_believed_about_the_site(sent_from: str, allowed: bool) -> None:
    assert is_same_origin(scope(sec_fetch_site=sent_from)) is allowed


@pytest.mark.parametrize("websocket", [False, True])
def test_page_of_the_other_scheme_is_another_origin(websocket: bool) -> None:
    for tls, scheme in ((True, "https"), (False, "http")):
        for origin in ("https", "http"):
            request = scope(
                websocket=websocket, tls=tls, host="dash.example", origin=f"{origin}://dash.example"
            )
            assert is_same_origin(request) is (scheme == origin)


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        (None, ()),
        (" , ", ()),
        ("https://example.org", ("https://example.org",)),
        ("https://example.org, http://[::1]:8080", ("https://example.org", "http://[::1]:8080")),
    ],
)
def test_origins_of_the_settings(text: str | None, origins: tuple[str, ...]) -> None:
    assert parse_allowed_origins(text) == origins


@pytest.mark.parametrize(
    "text",
    ["example.org", "https://", "https://example.org/", "https://*.example.org", "ftp://example.org",
     "https://me@example.org", "https://example.org:port", "http://[evil"],
)  # fmt: skip
def test_malformed_origin_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^--allowed-origins '.*': is no origin: write it like"):
        parse_allowed_origins(text)
