"""Pages of other sites: they may neither open a websocket nor change anything with the user's session."""

from tests.security.conftest import Attacks
from tests.security.routes import http_paths, websocket_paths
from tests.security.servers import OTHER_SITE
from tests.security.site import UPGRADE, Site

CLASS = "requests and websockets of other sites"
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
REFUSED = (403, 429)
"""429: nginx counts every POST to the login."""
FORMS = (
    ("application/x-www-form-urlencoded", b"password=x&next=/"),
    ("text/plain", b'{"output":"view.data","inputs":[],"changedPropIds":[]}'),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--',
    ),
    ("application/json", b'{"output":"drawer.is_open","inputs":[],"changedPropIds":[]}'),
)


def foreign_origins(site: Site) -> tuple[str, ...]:
    host, name = site.address.host, site.address.host.partition(":")[0]
    other_scheme = site.origin.replace("https://", "http://") if site.address.tls else f"https://{host}"
    return (
        "null",
        "",
        "https://evil.example",
        other_scheme,
        f"{site.origin}.evil.example",
        f"{site.origin}:1",
        f"{site.origin.partition('://')[0]}://evil.{host}",
        f"{site.origin.partition('://')[0]}://{name}:1",
        f"https://evil.example/{site.origin}",
        f"https://evil.example?{site.origin}",
        f"https://evil.example#{site.origin}",
        f"https://user@{host}",
        f"https://{host}@evil.example",
        f"{site.origin}, https://evil.example",
        f"https://evil.example, {site.origin}",
        f"{site.origin} https://evil.example",
        f"file://{host}",
        f"ftp://{host}",
        f"chrome-extension://{host}",
        f"//{host}",
        host,
        "file://",
        "data:",
        "about:blank",
        "https://[",
        "https://example.org",
        "\xff",
    )


def test_website_cannot_open_a_websocket(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for path in websocket_paths():
            for origin in foreign_origins(site):
                reply = caller.request("GET", path, [("Origin", origin), *UPGRADE, site.session()])
                attacks.case(reply.status == 403, f"websocket {path} from {origin!r}: {reply.status}")
            for other in ((("Origin", site.origin), ("Origin", "https://evil.example")),):
                reply = caller.request("GET", path, [*other, *UPGRADE, site.session()])
                attacks.case(reply.status in (400, 403), f"websocket {path} with two origins: {reply.status}")


def test_website_cannot_open_a_websocket_without_a_password(open_site: Site, attacks: Attacks):
    with open_site.caller() as caller:
        for path in websocket_paths():
            for origin in foreign_origins(open_site):
                reply = caller.request("GET", path, [("Origin", origin), *UPGRADE])
                attacks.case(reply.status == 403, f"websocket {path} from {origin!r}: {reply.status}")


def test_website_cannot_change_anything(site: Site, attacks: Attacks):
    session = site.new_session()
    with site.caller() as caller:
        for path in http_paths():
            for number, origin in enumerate(foreign_origins(site)):
                for method in CHANGING if number < 3 else ("POST",):
                    reply = caller.request(method, path, [("Origin", origin), session])
                    attacks.case(reply.status in REFUSED, f"{method} {path} from {origin!r}: {reply.status}")
        attacks.case(caller.request("GET", "/session", [session]).status == 204, "the session has ended")


def test_form_of_another_site_is_refused_whatever_it_contains(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for path in ("/login", "/logout", "/_dash-update-component"):
            for kind, body in FORMS:
                headers = [("Origin", "https://evil.example"), ("Content-Type", kind), site.session()]
                reply = caller.request("POST", path, headers, body)
                attacks.case(reply.status in REFUSED, f"{path} {kind}: {reply.status}")


def test_request_that_the_browser_marks_as_cross_site_is_refused(site: Site, attacks: Attacks):
    """Also without an Origin, which some browsers leave out."""
    session = site.new_session()
    with site.caller() as caller:
        for path in ("/login", "/_dash-update-component", "/logout"):
            for fetched_from in ("cross-site", "same-site"):
                reply = caller.request("POST", path, [("Sec-Fetch-Site", fetched_from), session])
                attacks.case(reply.status in REFUSED, f"POST {path} {fetched_from}: {reply.status}")


def test_reading_changes_nothing(site: Site, attacks: Attacks):
    session = site.new_session()
    with site.caller() as caller:
        for method in ("GET", "HEAD", "OPTIONS"):
            for path in ("/logout", "/_dash-update-component"):
                caller.request(method, path, [session])
                status = caller.request("GET", "/session", [session]).status
                attacks.case(status == 204, f"the session after {method} {path}: {status}")


def test_answers_are_readable_by_listed_sites_only(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for path in http_paths():
            for method in ("GET", "OPTIONS") if path.startswith("/api/v1/") else ("GET",):
                for origin in (*foreign_origins(site)[:6], OTHER_SITE):
                    headers = [("Origin", origin), ("Access-Control-Request-Method", "GET"), site.session()]
                    allowed = caller.request(method, path, headers).all("Access-Control-Allow-Origin")
                    listed = origin == OTHER_SITE and path.startswith("/api/v1/")
                    held = allowed == ([OTHER_SITE] if listed else [])
                    attacks.case(held, f"{method} {path} from {origin!r}: {allowed}")


def test_no_answer_lets_another_site_use_the_cookies(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for path in http_paths():
            reply = caller.request("GET", path, [("Origin", OTHER_SITE), site.session()])
            allowed = reply.all("Access-Control-Allow-Credentials")
            attacks.case(not allowed, f"{path}: {allowed}")
