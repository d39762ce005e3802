"""Redirects around the login stay on this site."""

import pytest

from dashboard.auth.redirects import local_path, login_url


@pytest.mark.parametrize(
    "target",
    ["/", "/?focus=BTC%2FUSDT", "/api/docs", "/a//b", "/a?b=//evil.example", "/a?next=https://evil.example"],
)
def test_local_path_is_kept(target: str) -> None:
    assert local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "page",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\evil.example",
        "\\\\evil.example",
        "/%2fevil.example",
        "/%2Fevil.example",
        "/%5cevil.example",
        "%2f%2fevil.example",
        "/a\\b",
        "/%09/evil.example",
        "https://evil.example",
        "HTTPS://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        " //evil.example",
        "/ /evil.example",
        "/\u2215evil.example",
        "@evil.example",
        ".evil.example",
        "/login",
        "/login?next=/login",
        "/logout",
        "/" + "a" * 2_000,
    ],
)
def test_other_targets_become_the_home_page(target: str | None) -> None:
    assert local_path(target) == "/"


@pytest.mark.parametrize(
    ("path", "query", "address"),
    [
        ("/", b"", "/login"),
        ("/", b"focus=BTC", "/login?next=%2F%3Ffocus%3DBTC"),
        ("/api/docs", b"", "/login?next=%2Fapi%2Fdocs"),
        ("/ü", b"", "/login?next=%2F%25C3%25BC"),
        ("//evil.example", b"", "/login"),
        ("/\\evil.example", b"", "/login"),
    ],
)
def test_login_url_leads_back(path: str, query: bytes, address: str) -> None:
    assert login_url({"path": path, "query_string": query}) == address
