"""Every route, however it is spelt, with every method, for every caller."""

import pytest

from tests.security.conftest import Attacks
from tests.security.routes import FOR_PROGRAMS, METHODS, PUBLIC, http_paths
from tests.security.site import NOTHING, WHO, Reply, Site, identity

CLASS = "paths, methods and headers without a login"
REFUSED = (301, 303, 400, 401, 403, 404, 405, 414, 431, 501)

PATHS = [path for path in http_paths() if path not in PUBLIC]

SPELLINGS = (
    "//{}",
    "/./{}",
    "/x/../{}",
    "/%2e/{}",
    "/x/%2e%2e/{}",
    "/login/../{}",
    "/login/%2e%2e/{}",
    "/login/..%2f{}",
    "/login;/../{}",
    "/healthz/../{}",
    "/healthz/%2e%2e/{}",
    "/assets/../{}",
    "/assets/login/../../{}",
    "/assets/login/login.css/../../../{}",
    "/{}/",
    "/{}//",
    "/{}/.",
    "/{};x=1",
    "/{};/login",
    "/{}%00",
    "/{}%00/login",
    "/{}%20",
    "/{}%09",
    "/{}%0d%0aX: y",
    "/{}?/login",
    "/{}%3f/login",
    "/{}#/login",
    "/{}%23/login",
    "/{}/..;/login",
    "/\\{}",
    "/%5c{}",
    "/%2f{}",
    "/{}.css",
    "/{}.json",
    "/{}?next=/login",
    "{}",
    "*",
)

CLAIMS = (
    ("X-HTTP-Method-Override", "GET"),
    ("X-HTTP-Method", "GET"),
    ("X-Method-Override", "OPTIONS"),
    ("X-Original-URL", "/login"),
    ("X-Original-URL", "/healthz"),
    ("X-Rewrite-URL", "/login"),
    ("X-Original-Host", "localhost"),
    ("X-Forwarded-Path", "/login"),
    ("X-Forwarded-Prefix", "/login"),
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Forwarded-User", "admin"),
    ("X-Remote-User", "admin"),
    ("X-Authenticated-User", "admin"),
    ("Remote-User", "admin"),
    ("X-Real-IP", "127.0.0.1"),
    ("X-Client-IP", "127.0.0.1"),
    ("True-Client-IP", "127.0.0.1"),
    ("X-Accel-Redirect", "/healthz"),
    ("X-Sendfile", "/etc/passwd"),
    ("Authorization", "Basic YWRtaW46YWRtaW4="),
    ("Authorization", "Bearer"),
    ("Authorization", "Bearer "),
    ("Authorization", "Bearer null"),
    ("Authorization", "bearer undefined"),
    ("Authorization", "Negotiate x"),
    ("X-API-Key", ""),
    ("X-API-Key", "'"),
    ("X-API-Key", "' OR 1=1 --"),
    ("X-API-Key", "*"),
    ("X-API-Key", "\xff\xfe"),
    ("X-API-Key", "x" * 4_000),
    ("Cookie", "dashboard="),
    ("Referer", "https://dash.example.org/login"),
    ("Range", "bytes=0-10"),
    ("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("If-None-Match", "*"),
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Accept", "text/html"),
    ("Accept", "text/css,*/*"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Upgrade", "h2c"),
    ("Upgrade", "websocket"),
    ("Service-Worker", "script"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("Expect", "100-continue"),
    ("Early-Data", "1"),
    ("Via", "1.1 dashboard"),
    ("CF-Connecting-IP", "127.0.0.1"),
)

FILES = (
    "../../web/app.py",
    "..%2f..%2fweb/app.py",
    "%2e%2e/%2e%2e/web/app.py",
    "..%252f..%252fweb/app.py",
    "..\\..\\web\\app.py",
    "..%5c..%5cweb%5capp.py",
    "....//....//web/app.py",
    "..;/..;/web/app.py",
    "..%c0%af..%c0%afweb/app.py",
    "..%00/app.py",
    "/etc/passwd",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "../../../../../../../../../../etc/passwd",
    "%2e%2e/" * 10 + "etc/passwd",
    "file:///etc/passwd",
    "favicon.svg%00.py",
    "favicon.svg/../../app.py",
    "css",
    "css/",
    ".",
    "",
    "~root/.bashrc",
    "CON",
    "x" * 4_000,
)


UNKNOWN = ("/docs", "/redoc", "/openapi.json", "/_mcp", "/mcp", "/debug", "/admin", "/.env", "/.git/")


def is_refused(reply: Reply) -> bool:
    """True for an answer that contains nothing but the refusal itself."""
    if reply.status not in REFUSED or len(reply.body) > 700:
        return False
    return reply.status not in (301, 303) or "/login" in reply.get("Location")


def may_enter(who: str, path: str) -> bool:
    return who == "session" or (who.startswith("key") and path.startswith(FOR_PROGRAMS))


@pytest.mark.parametrize("who", WHO)
def test_route_is_served_to_whom_it_is_for(site: Site, attacks: Attacks, who: str):
    headers = [*identity(site, who), ("Origin", site.origin)]
    with site.caller() as caller:
        for path in PATHS:
            for method in METHODS:
                reply = caller.request(method, path, headers)
                attempt = f"{method} {path} as {who}: {reply.status}"
                if not may_enter(who, path):
                    attacks.case(is_refused(reply), attempt)
                elif method == "GET" and "_dash-update" not in path:
                    attacks.case(reply.status in (200, 204, 404), attempt)
                else:
                    attacks.case(reply.status < 500 or reply.status == 501, attempt)


def test_no_spelling_of_a_path_avoids_the_login(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for path in PATHS:
            variants = [spelling.format(path.lstrip("/")) for spelling in SPELLINGS]
            for target in (*variants, path.upper(), f"{site.origin}{path}", f"http://localhost{path}"):
                reply = caller.request("GET", target.replace(" ", "%20"))
                attacks.case(is_refused(reply), f"{target}: {reply.status} {reply.body[:60]!r}")


def test_no_header_replaces_the_login(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for path in ("/", "/api/v1/positions", "/metrics", "/_dash-layout", "/session"):
            for name, value in CLAIMS:
                for method in ("GET", "POST"):
                    reply = caller.request(method, path, [(name, value)])
                    attacks.case(is_refused(reply), f"{method} {path} {name}: {value[:40]}: {reply.status}")


@pytest.mark.parametrize("who", ["anonymous", "session"])
def test_static_files_stay_within_their_folder(site: Site, attacks: Attacks, who: str):
    bases = ("/assets/", "/assets/login/", "/_dash-component-suites/dash/", "/_dash-component-suites/../")
    with site.caller() as caller:
        for base in bases:
            for file in FILES:
                reply = caller.request("GET", f"{base}{file}", identity(site, who))
                leaked = b"root:" in reply.body or b"import " in reply.body
                attacks.case(not leaked and reply.status in REFUSED, f"{base}{file[:60]}: {reply.status}")


def test_access_key_is_not_taken_from_the_query(site: Site, attacks: Attacks):
    key = site.address.key
    with site.caller() as caller:
        for name in ("access_key", "api_key", "apikey", "key", "token", "X-API-Key", "authorization"):
            for path in ("/api/v1/positions", "/metrics", "/"):
                reply = caller.request("GET", f"{path}?{name}={key}")
                attacks.case(is_refused(reply), f"{path}?{name}: {reply.status}")


def test_open_dashboard_has_no_other_routes_than_those_listed(open_site: Site, attacks: Attacks):
    with open_site.caller() as caller:
        for path in (
            "/docs",
            "/redoc",
            "/openapi.json",
            "/_mcp",
            "/mcp",
            "/debug",
            "/admin",
            "/.env",
            "/.git/",
        ):
            for method in METHODS:
                reply = caller.request(method, path, [("Origin", open_site.origin), ("Cookie", NOTHING)])
                attacks.case(reply.status in (400, 404, 405, 501), f"{method} {path}: {reply.status}")
