"""Host names: another site's name that resolves to this machine must not open the dashboard."""

import pytest

from tests.security.conftest import Attacks
from tests.security.site import NOTHING, UPGRADE, Site

CLASS = "host names and DNS rebinding"
REFUSED = (400, 403, 404, 421)
TARGETS = ("/", "/api/v1/positions", "/metrics", "/_dash-layout", "/healthz", "/login")
SOCKETS = ("/ws/view", "/api/v1/positions/stream", "/api/v1/live/bbo")

FOREIGN = (
    "evil.example",
    "evil.example:8056",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "dash.example.org.evil.example",
    "evil-dash.example.org",
    "evil.dash.example.org",
    "example.org",
    "127.0.0.1@evil.example",
    "localhost:80@evil.example",
    "evil.example#localhost",
    "evil.example?localhost",
    "evil.example/localhost",
    "localhost/",
    "localhost, evil.example",
    "localhost evil.example",
    "localhost;evil.example",
    "localhost:80:80",
    "localhost:x",
    "localhost:-1",
    "localhost.",
    "127.0.0.1.",
    ".localhost",
    "localhost%00.evil.example",
    "localhost%2eevil.example",
    "0.0.0.0",  # noqa: S104 # a name, not listened on
    "0",
    "127.1",
    "127.0.0.2",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "[::]",
    "[::1",
    "::1",
    "[::1]evil.example",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "169.254.169.254",
    "10.0.0.1",
    "*",
    "*.example.org",
    "_",
    "-",
    "xn--lcalhost-n4a",
    "l\xf6calhost",
    "<script>",
    "localhost\\evil.example",
    "x" * 3_000,
    "",
    NOTHING,
)
OWN = ("localhost", "LOCALHOST", "LocalHost:1", "127.0.0.1", "127.0.0.1:65535", "[::1]", "[::1]:80")
FORWARDED = (
    ("X-Forwarded-Host", "{}"),
    ("X-Host", "{}"),
    ("X-Original-Host", "{}"),
    ("X-Forwarded-Server", "{}"),
    ("X-HTTP-Host-Override", "{}"),
    ("Forwarded", "host={}"),
    ("Host", "{}"),
)


def attempts(site: Site, attacks: Attacks, headers: list[tuple[str, str]], name: str) -> None:
    """Sends the headers to each target: none may be served."""
    with site.caller() as caller:
        for target in TARGETS:
            reply = caller.request("GET", target, [*headers, site.session()])
            attacks.case(reply.status in REFUSED, f"{name[:60]!r} {target}: {reply.status}")
        for target in SOCKETS:
            reply = caller.request("GET", target, [*headers, *UPGRADE, site.session()])
            attacks.case(reply.status in REFUSED, f"{name[:60]!r} websocket {target}: {reply.status}")


def test_name_of_another_site_is_refused(site: Site, attacks: Attacks):
    for host in FOREIGN:
        attempts(site, attacks, [("Host", host)], host)


def test_name_of_another_site_is_refused_without_a_password(open_site: Site, attacks: Attacks):
    for host in FOREIGN:
        attempts(open_site, attacks, [("Host", host)], host)


@pytest.mark.parametrize(("name", "value"), FORWARDED)
def test_second_name_does_not_replace_the_host(site: Site, attacks: Attacks, name: str, value: str):
    attempts(site, attacks, [("Host", "evil.example"), (name, value.format(site.address.host))], name)


def test_forwarded_name_appears_in_no_answer(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for name, value in FORWARDED[:-1]:
            for target in (*TARGETS, "/nothing", "/assets"):
                for accept in ("text/html", "*/*"):
                    reply = caller.request(
                        "GET", target, [(name, value.format("evil.example")), ("Accept", accept)]
                    )
                    everything = f"{reply.headers}{reply.body!r}"
                    attacks.case("evil.example" not in everything, f"{name} {target}: {everything[:200]}")


def test_two_host_headers_are_refused(site: Site, attacks: Attacks):
    own = ("Host", site.address.host)
    for first, second in ((own, ("Host", "evil.example")), (("Host", "evil.example"), own), (own, own)):
        attempts(site, attacks, [first, second], f"{first[1]}, {second[1]}")


def test_name_in_the_request_line_does_not_replace_the_host(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for target in (f"{site.origin}/api/v1/positions", f"{site.origin}/", f"{site.address.host}:443"):
            for method in ("GET", "CONNECT"):
                reply = caller.request(method, target, [("Host", "evil.example"), site.session()])
                attacks.case(reply.status in (*REFUSED, 405), f"{method} {target}: {reply.status}")


def test_own_names_are_served(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for host in (*OWN, site.address.host, site.address.host.upper()):
            reply = caller.request("GET", "/api/v1/positions", [("Host", host), site.session()])
            attacks.case(reply.status == 200, f"{host}: {reply.status}")
