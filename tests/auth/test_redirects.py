"""Where the login leads: never to another site."""

import pytest

from dashboard.auth.redirects import local_path, login_address


@pytest.mark.parametrize(
    "given",
    ["/", "/?focus=BTC%2FUSDT", "/api/docs", "/a//b", "/a?b=//evil.example", "/a?next=https://evil.example"],
)
def test_a_path_of_ours(given: str) -> None:
    assert local_path(given) == given


@pytest.mark.parametrize(
    "given",
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
def test_anything_else_is_the_page(given: str | None) -> None:
    assert local_path(given) == "/"


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
def test_the_way_to_the_login(path: str, query: bytes, address: str) -> None:
    assert login_address({"path": path, "query_string": query}) == address
