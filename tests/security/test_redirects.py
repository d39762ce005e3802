"""Redirects around the login: they lead to a path of this dashboard, however `next` is written."""

import html
import re
from urllib.parse import quote, unquote, urljoin, urlsplit

from tests.security.conftest import Attacks
from tests.security.site import Site
from tests.security.test_cookies import log_in

CLASS = "open redirects"

TARGETS = (
    "https://evil.example",
    "HTTPS://evil.example",
    "http:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/%2fevil.example",
    "/%2f%2fevil.example",
    "%2f%2fevil.example",
    "/%5cevil.example",
    "/%5c%5cevil.example",
    "/%09/evil.example",
    "/%0a/evil.example",
    "/%0d%0aSet-Cookie: a=b",
    "/\r\nSet-Cookie: a=b",
    "/%00/evil.example",
    "/%252f%252fevil.example",
    "@evil.example",
    ":80@evil.example",
    ".evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "/\u2028/evil.example",
    "/\uff0fevil.example",
    "\uff0f\uff0fevil.example",
    "/\u3002evil.example",
    '/"><script>alert(1)</script>',
    "/'><img src=x onerror=alert(1)>",
    "?//evil.example",
    "#//evil.example",
    "./\\evil.example",
    "../..//evil.example",
    "/login?next=//evil.example",
    "/logout",
    "/x" * 2_000,
    "",
)
"""Targets as an attacker writes them into a link."""


def is_local(target: str, site: Site) -> bool:
    """True if every browser stays on this dashboard, also one that decodes or strips once too often."""
    for seen in (target, unquote(target), re.sub(r"[\t\r\n]", "", unquote(target)).replace("\\", "/")):
        if not seen.startswith("/") or seen.startswith("//"):
            return False
        if urlsplit(urljoin(f"{site.origin}/login", seen)).netloc != site.address.host:
            return False
    return not re.search(r"[\x00-\x20\x7f\\]", target)


def test_next_of_a_link_stays_here(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for target in TARGETS:
            query = quote(target, safe="")
            reply = caller.request("GET", f"/login?next={query}", [site.session()])
            attacks.case(is_local(reply.get("Location"), site), f"{target[:40]!r}: {reply.get('Location')!r}")
            page = caller.request("GET", f"/login?next={query}").body.decode()
            field = re.search(r'name="next" value="([^"]*)"', page)
            attacks.case(bool(field and is_local(html.unescape(field[1]), site)), f"form of {target[:40]!r}")
            attacks.case("<script>alert" not in page and "<img" not in page, f"markup of {target[:40]!r}")


def test_next_of_a_login_stays_here(site: Site, attacks: Attacks):
    for number, target in enumerate(TARGETS[::6]):
        reply = log_in(site, f"127.0.2.{number + 1}", next_path=quote(target, safe=""))
        attacks.case(is_local(reply.get("Location"), site), f"{target[:40]!r}: {reply.get('Location')!r}")
        attacks.case("a=b" not in reply.get("Set-Cookie"), "a header was added")


def test_link_of_another_site_is_reloaded_here(site: Site, attacks: Attacks):
    """Browsers withhold strict cookies there: the page refreshes to the same path, and nowhere else."""
    with site.caller() as caller:
        for target in TARGETS:
            url = f"/login?next={quote(target, safe='')}"
            page = caller.request("GET", url, [("Sec-Fetch-Site", "cross-site")]).body.decode()
            found = re.search(r'content="0;url=([^"]*)"', page)
            attacks.case(bool(found and html.unescape(found[1]).startswith("/login?next=")), target[:40])


def test_refused_page_leads_to_the_login_here(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for target in TARGETS:
            path = "/" + quote(target, safe="/:@?#\\%").replace(" ", "%20").lstrip("/")
            for start in (path, f"/{path}", f"/.{path}"):
                reply = caller.request("GET", start, [("Accept", "text/html")])
                location = reply.get("Location") or "/"
                attacks.case(is_local(location, site), f"{start[:40]!r}: {location[:80]!r}")
