"""Cookies of sessions: forged, altered, replayed, planted before the login, or too large."""

import re
from hashlib import sha256

import pytest

from tests.security.conftest import Attacks
from tests.security.servers import PASSWORD
from tests.security.site import Headers, Reply, Site

CLASS = "cookies and sessions"
ANSWERS = (204, 400, 401, 431, 494)


def log_in(site: Site, source: str, *headers: tuple[str, str], next_path: str = "/") -> Reply:
    form = f"password={PASSWORD.replace(' ', '+')}&next={next_path}".encode()
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    with site.caller(source) as caller:
        return caller.request("POST", "/login", [kind, ("Origin", site.origin), *headers], form)


def token(site: Site, reply: Reply) -> str:
    found = re.search(f"(?:^|, ){site.cookie_name}=([^;]+)", reply.get("Set-Cookie"))
    assert found, reply
    return found[1]


def is_served(site: Site, headers: Headers) -> bool:
    return site.request("GET", "/session", headers).status == 204


def altered(genuine: str) -> tuple[str, ...]:
    """Tokens near a genuine one."""
    digest = sha256(genuine.encode())
    return (
        *(genuine[:length] for length in range(0, len(genuine), 4)),
        *(genuine[:at] + ("a" if genuine[at] != "a" else "b") + genuine[at + 1 :] for at in range(0, 43, 5)),
        genuine + "=",
        genuine + "A",
        genuine + "%00",
        genuine + "%20",
        genuine * 2,
        genuine * 200,
        "%" + genuine,
        genuine[::-1],
        genuine.swapcase(),
        digest.hexdigest(),
        digest.digest().decode("latin-1").translate({ord(sign): "x" for sign in "\r\n;,"}),
        "' OR '1'='1",
        "%27%20OR%201=1--",
        "*",
        "null",
        "undefined",
        "0",
        "../access.db",
        "__proto__",
        "\xff\xfe\xfd",
        "eyJhbGciOiJub25lIn0.eyJ1c2VyIjoiYWRtaW4ifQ.",
        "x" * 128,
        "x" * 129,
        "x" * 7_000,
    )


def test_altered_token_is_no_session(site: Site, attacks: Attacks):
    assert is_served(site, [site.session()])
    for given in altered(site.address.session):
        attacks.case(not is_served(site, [site.session(given)]), given[:60])


def test_token_in_another_place_is_no_session(site: Site, attacks: Attacks):
    genuine, name = site.address.session, site.cookie_name
    other = "dashboard" if site.address.tls else "__Host-dashboard"
    for headers in (
        [("Cookie", f"{other}={genuine}")],
        [("Cookie", f"{name.upper()}={genuine}")],
        [("Cookie", f"{name.lower()}x={genuine}")],
        [("Cookie", f"{name}-device={genuine}")],
        [("Cookie", f"x{name}={genuine}")],
        [("Cookie", f"{name} {genuine}")],
        [("Cookie", genuine)],
        [("Authorization", f"Bearer {genuine}")],
        [("X-API-Key", genuine)],
        [("Set-Cookie", f"{name}={genuine}")],
        [("Cookie2", f"{name}={genuine}")],
    ):
        attacks.case(not is_served(site, headers), headers[0][0])
    attacks.case(site.request("GET", f"/session?{name}={genuine}").status != 204, "in the query")


def test_access_key_is_no_session(site: Site, attacks: Attacks):
    for key in (site.address.key, "a-key-of-the-settings"):
        attacks.case(not is_served(site, [site.session(key)]), "access key as a cookie")


@pytest.mark.parametrize("repeated", [2, 50, 2_000])
def test_many_cookies_are_answered_without_an_error(site: Site, attacks: Attacks, repeated: int):
    genuine = f"{site.cookie_name}={site.address.session}"
    others = [f"{site.cookie_name}=x"] * repeated
    for cookies in ([*others, genuine], [genuine, *others], [f"c{i}=x" for i in range(repeated)]):
        together = site.request("GET", "/session", [("Cookie", "; ".join(cookies))])
        attacks.case(
            together.status in (204, 400, 401, 431, 494), f"{repeated} in one header: {together.status}"
        )
        apart = site.request("GET", "/session", [("Cookie", one) for one in cookies])
        attacks.case(apart.status in ANSWERS, f"{repeated} headers: {apart.status}")


def test_cookie_of_a_login_is_strict(site: Site, attacks: Attacks):
    reply = log_in(site, "127.0.1.1")
    assert reply.status == 303
    for cookie in reply.all("Set-Cookie"):
        parts = {part.strip().lower() for part in cookie.split(";")}
        attacks.case({"httponly", "samesite=strict", "path=/"} <= parts, cookie)
        attacks.case(not any(part.startswith("domain") for part in parts), cookie)
        attacks.case(("secure" in parts) == site.address.tls, cookie)
        attacks.case(cookie.startswith("__Host-") == site.address.tls, cookie)


def test_planted_cookie_is_not_taken_over_by_a_login(site: Site, attacks: Attacks):
    for planted in ("x" * 43, site.address.ended, site.address.expired):
        new = token(site, log_in(site, "127.0.1.2", site.session(planted)))
        attacks.case(new != planted, "the planted token became the session's")
        attacks.case(not is_served(site, [site.session(planted)]), "the planted token is a session")
        attacks.case(is_served(site, [site.session(new)]), "the new token is no session")


def test_session_ends_with_its_logout_and_no_other(site: Site, attacks: Attacks):
    first, second = (token(site, log_in(site, "127.0.1.3")) for _ in range(2))
    attacks.case(first != second, "two logins have one token")
    site.request("POST", "/logout", [("Origin", site.origin), site.session("x" * 43)])
    attacks.case(is_served(site, [site.session(first)]), "a forged token logged out a session")
    reply = site.request("POST", "/logout", [("Origin", site.origin), site.session(first)])
    attacks.case("Max-Age=0" in reply.get("Set-Cookie"), "the browser keeps the cookie")
    for _ in range(5):  # the worker that did not serve the log-out, too
        attacks.case(not is_served(site, [site.session(first)]), "replayed after the log-out")
    attacks.case(is_served(site, [site.session(second)]), "the log-out ended another session")


def test_token_appears_in_no_page(site: Site, attacks: Attacks):
    for path in ("/", "/_dash-layout", "/api/v1/positions", "/metrics", "/login", "/nothing"):
        reply = site.request("GET", path, [site.session()])
        everything = f"{reply.headers}{reply.body!r}"
        attacks.case(site.address.session not in everything, path)
