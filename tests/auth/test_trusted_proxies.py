"""Whose X-Forwarded-For and X-Forwarded-Proto are believed, and what of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Scope

from dashboard.auth.trusted_proxies import TrustedProxies
from dashboard.errors import SettingsError

NETWORKS = "127.0.0.1, 10.0.0.0/8, fd00::/8"
CLIENT, PROXY, UNIX = "203.0.113.9", "127.0.0.1", None


def request(
    peer: str | None, *forwarded: str, proto: tuple[str, ...] = (), kind: str = "http", scheme: str = "http"
) -> Scope:
    """A request from an address, or from a unix socket; one argument per line of the header."""
    lines = [("x-forwarded-for", line) for line in forwarded] + [
        ("x-forwarded-proto", line) for line in proto
    ]
    return {
        "type": kind,
        "scheme": scheme,
        "client": (peer, 5000) if peer else None,
        "server": ("127.0.0.1", 8056) if peer else ("/run/dashboard/web.sock", None),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in lines],
    }


def client_of(scope: Scope, networks: str | None = NETWORKS) -> str | None:
    client = TrustedProxies.parse(networks).resolve(scope)["client"]
    return client[0] if client else None


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        # Not believed
        ("192.0.2.1", [CLIENT], "192.0.2.1"),
        ("127.0.0.2", [CLIENT], "127.0.0.2"),
        ("::1", [CLIENT], "::1"),
        ("not an address", [CLIENT], "not an address"),
        # Believed
        (PROXY, [CLIENT], CLIENT),
        (UNIX, [CLIENT], CLIENT),
        ("::ffff:127.0.0.1", [CLIENT], CLIENT),
        ("10.255.0.1", [CLIENT], CLIENT),
        ("fd00::7", [CLIENT], CLIENT),
        # Only what the trusted proxies appended
        (PROXY, ["198.51.100.1, 203.0.113.9"], CLIENT),
        (UNIX, ["198.51.100.1, 203.0.113.9"], CLIENT),
        (PROXY, ["198.51.100.1", CLIENT], CLIENT),
        (PROXY, ["198.51.100.1, 203.0.113.9, 10.0.0.5"], CLIENT),
        (PROXY, ["127.0.0.1, 203.0.113.9, 10.0.0.5,fd00::1"], CLIENT),
        (PROXY, ["10.0.0.9, 10.0.0.5"], "10.0.0.9"),
        # Spellings
        (PROXY, [" 203.0.113.9:51000 "], CLIENT),
        (PROXY, ["[2001:db8::1]:51000"], "2001:db8::1"),
        (PROXY, ["[2001:db8::1]"], "2001:db8::1"),
        (PROXY, ["2001:db8::1"], "2001:db8::1"),
        (PROXY, ["198.51.100.1, 10.0.0.5:443"], "198.51.100.1"),
        # No address: all such clients are counted as one
        (PROXY, [""], ""),
        (PROXY, ["198.51.100.1,"], ""),
        (PROXY, ["unknown"], "unknown"),
        (PROXY, ["198.51.100.1, 10.0.0.300"], "10.0.0.300"),
        (PROXY, [], PROXY),
        (UNIX, [], None),
    ],
)
def test_client(peer: str | None, forwarded: list[str], client: str | None) -> None:
    assert client_of(request(peer, *forwarded)) == client


@pytest.mark.parametrize("networks", ["::ffff:127.0.0.1", "::ffff:127.0.0.0/104", "::ffff:7f00:1/128"])
@pytest.mark.parametrize("peer", [PROXY, "::ffff:127.0.0.1"])
def test_network_may_be_written_as_ipv4_in_ipv6(networks: str, peer: str) -> None:
    assert client_of(request(peer, CLIENT), networks) == CLIENT
    assert client_of(request("128.0.0.1", CLIENT), networks) == "128.0.0.1"


@pytest.mark.parametrize("peer", [PROXY, "::1", "10.0.0.1", "192.168.1.1"])
def test_no_proxy_is_believed_over_tcp_by_default(peer: str) -> None:
    scope = request(peer, CLIENT, proto=("https",))
    assert TrustedProxies().resolve(scope) == scope
    assert client_of(request(UNIX, CLIENT), None) == CLIENT


@pytest.mark.parametrize(
    ("proto", "scheme"),
    [
        (("https",), "https"),
        (("HTTPS",), "https"),
        (("http", "https"), "https"),
        (("http, https",), "https"),
        (("https, http",), "http"),
        (("https,",), "http"),
        (("wss",), "http"),
        (("javascript",), "http"),
        ((), "http"),
    ],
)
def test_scheme(proto: tuple[str, ...], scheme: str) -> None:
    """The nearest proxy's word counts."""
    proxies = TrustedProxies.parse(NETWORKS)
    for peer in (PROXY, UNIX):
        assert proxies.resolve(request(peer, proto=proto))["scheme"] == scheme
        socket = request(peer, proto=proto, kind="websocket", scheme="ws")
        assert proxies.resolve(socket)["scheme"] == scheme.replace("http", "ws")
    assert proxies.resolve(request("192.0.2.1", proto=proto))["scheme"] == "http"


@given(
    forged=st.lists(st.text(st.characters(max_codepoint=255)), max_size=5),
    peer=st.sampled_from([PROXY, UNIX]),
)
def test_forged_part_of_the_header_does_not_count(forged: list[str], peer: str | None) -> None:
    assert client_of(request(peer, ", ".join([*forged, CLIENT]))) == CLIENT
    assert client_of(request(CLIENT, *forged)) == CLIENT


@given(line=st.text(st.characters(max_codepoint=255)))
def test_any_header_is_read_without_an_error(line: str) -> None:
    assert client_of(request(PROXY, line, proto=(line,))) is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("proxy.example", "is no address or network"),
        ("10.0.0.1/8", "is no address or network"),
        ("127.0.0.1:80", "is no address or network"),
        ("*", "is no address or network"),
        ("127.0.0.1, 0.0.0.0/0", "believes everyone"),
        ("::/0", "believes everyone"),
        ("::ffff:0:0/96", "believes everyone"),
    ],
)
def test_malformed_setting_is_refused(text: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=f"^--trusted-proxies '.*': {reason}"):
        TrustedProxies.parse(text)
