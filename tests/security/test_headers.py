"""Headers that confine the page, on every answer, each of them once."""

import pytest

from tests.security.conftest import Attacks
from tests.security.routes import http_paths
from tests.security.site import Site

CLASS = "headers of the answers"
PATHS = [path for path in http_paths() if path != "/logout"]  # tried last: it ends the session
CACHED = ("/assets/", "/_dash-component-suites/")
REQUESTS = (
    ("GET", ()),
    ("GET", (("Accept", "text/html"),)),
    ("HEAD", ()),
    ("POST", ()),
    ("POST", (("Origin", "https://evil.example"),)),
    ("DELETE", ()),
    ("OPTIONS", ()),
    ("GET", (("Host", "evil.example"),)),
)
ONCE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
DIRECTIVES = (
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)


@pytest.mark.parametrize("who", ["anonymous", "session"])
def test_every_answer_is_confined(site: Site, attacks: Attacks, who: str):
    identity = [site.new_session()] if who == "session" else []
    with site.caller() as caller:
        for path in (*PATHS, "/nothing", "/api/v1/nothing", "/assets/nothing.css", "/logout"):
            for method, headers in REQUESTS:
                reply = caller.request(method, path, [*headers, *identity])
                attempt = f"{method} {path} {headers} as {who}: {reply.status}"
                for name, value in ONCE.items():
                    attacks.case(reply.all(name) == [value], f"{attempt} {name}: {reply.all(name)}")
                policies = reply.all("Content-Security-Policy")
                attacks.case(len(policies) == 1 and is_strict(policies[0]), f"{attempt} {policies}")
                stored = "no-store" in reply.get("Cache-Control") or path.startswith(CACHED)
                attacks.case(stored, f"{attempt} may be stored: {reply.get('Cache-Control')!r}")


def is_strict(policy: str) -> bool:
    """True if neither inline scripts nor other hosts are allowed."""
    directives = [part.strip() for part in policy.split(";")]
    scripts = next((part for part in directives if part.startswith("script-src")), "")
    lax = any(
        word in scripts for word in ("'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:")
    )
    return not lax and all(directive in directives for directive in DIRECTIVES)


def test_answers_do_not_name_versions(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for path in (*http_paths(), "/nothing"):
            for method in ("GET", "TRACE"):
                reply = caller.request(method, path, [site.session()])
                named = [*reply.all("Server"), *reply.all("X-Powered-By"), *reply.all("Via")]
                attacks.case(all(not any(map(str.isdigit, value)) for value in named), f"{path}: {named}")


def test_request_is_not_echoed(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for method in ("TRACE", "TRACK", "DEBUG", "GET", "OPTIONS"):
            for path in ("/", "/nothing-<script>", "/api/v1/<script>alert(1)</script>"):
                reply = caller.request(method, path, [("X-Probe", "probe-of-a-header"), site.session()])
                everything = f"{reply.headers}{reply.body!r}"
                held = "probe-of-a-header" not in everything and "<script>alert" not in everything
                attacks.case(held, f"{method} {path}: {everything[:100]}")
