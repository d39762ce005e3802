"""Malformed requests: none is read as two, none is served, and none is an error of the server."""

import pytest

from tests.security.conftest import Attacks
from tests.security.site import Site

CLASS = "malformed and smuggled requests"

SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
"""Closes a connection that is kept, so that no test waits for more."""
CLOSE = b"Connection: close\r\n"
CHUNKS = b"0\r\n\r\n" + SMUGGLED

FRAMINGS = {
    "length before chunks": b"Content-Length: %d\r\nTransfer-Encoding: chunked" % len(CHUNKS),
    "chunks before length": b"Transfer-Encoding: chunked\r\nContent-Length: 4",
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d" % len(CHUNKS),
    "list of lengths": b"Content-Length: 0, %d" % len(CHUNKS),
    "length +4": b"Content-Length: +4",
    "length -1": b"Content-Length: -1",
    "length 0x4": b"Content-Length: 0x4",
    "length 1_0": b"Content-Length: 1_0",
    "length 4.0": b"Content-Length: 4.0",
    "length 1e1": b"Content-Length: 1e1",
    "length in Arabic digits": "Content-Length: ٤".encode(),
    "empty length": b"Content-Length: ",
    "length of 30 digits": b"Content-Length: " + b"9" * 30,
    "name with a space": b"Content-Length : 0",
    "name with a tab": b"Transfer-Encoding\t: chunked",
    "xchunked": b"Transfer-Encoding: xchunked",
    "chunked, identity": b"Transfer-Encoding: chunked, identity",
    "identity, chunked": b"Transfer-Encoding: identity, chunked",
    "chunked twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "chunked, chunked": b"Transfer-Encoding: chunked, chunked",
    "quoted chunked": b'Transfer-Encoding: "chunked"',
    "chunked with a vertical tab": b"Transfer-Encoding: \x0bchunked",
    "chunked with a null": b"Transfer-Encoding: chunked\x00",
    "gzip": b"Transfer-Encoding: gzip",
    "gzip, chunked": b"Transfer-Encoding: gzip, chunked",
    "bare CR before a header": b"X: y\rTransfer-Encoding: chunked",
    "null in a header": b"X: a\x00b",
    "null in a name": b"X\x00: a",
    "no colon": b"Transfer-Encoding chunked",
    "empty name": b": a",
    "folded name": b" X: a",
    "name of two words": b"X Y: a",
}
"""Headers that front and back end may frame differently; the body hides a second request."""

CHUNKED = {
    "size 0x1": b"0x1\r\na\r\n",
    "size -1": b"-1\r\na\r\n",
    "size +1": b"+1\r\na\r\n",
    "size 1_0": b"1_0\r\n" + b"a" * 16 + b"\r\n",
    "size with a space before": b" 1\r\na\r\n",
    "no size": b"\r\na\r\n",
    "size g": b"g\r\na\r\n",
    "size of 40 digits": b"f" * 40 + b"\r\na\r\n",
    "size of 100 kB": b"0" * 100_000 + b"1\r\na\r\n",
    "chunk longer than its size": b"1\r\nab\r\n",
    "no line end after a chunk": b"1\r\na0\r\n\r\n",
    "line feeds only": b"1\na\n",
    "extension of 100 kB": b"1;x=" + b"y" * 100_000 + b"\r\na\r\n",
    "bare CR in an extension": b"1;x\ry\r\na\r\n",
    "null in an extension": b"1;\x00\r\na\r\n",
}

REQUESTS = {
    "nothing but a target": b"GET /\r\n\r\n",
    "no target": b"GET HTTP/1.1\r\n\r\n",
    "no method": b"/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "tabs": b"GET\t/api/v1/positions\tHTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two targets": b"GET / /login HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "HTTP/2.0": b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "http/1.1": b"GET / http/1.1\r\nHost: localhost\r\n\r\n",
    "HTTP/1.1x": b"GET / HTTP/1.1x\r\nHost: localhost\r\n\r\n",
    "HTTP/01.1": b"GET / HTTP/01.1\r\nHost: localhost\r\n\r\n",
    "null in the target": b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bytes in the target": b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "line feed in the target": b"GET /a\nb HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "target of 100 kB": b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "query of 100 kB": b"GET /?" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "method of 100 kB": b"G" * 100_000 + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "header of 100 kB": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    "10,000 headers": b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
    "zeros": b"\x00" * 2_000 + b"\r\n\r\n",
    "bytes": bytes(range(128, 256)) * 20 + b"\r\n\r\n",
    "handshake of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500 + b"\r\n\r\n",
    "PROXY protocol": b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + SMUGGLED,
    "Redis": b"*1\r\n$4\r\nINFO\r\n\r\n",
    "SMTP": b"EHLO localhost\r\nMAIL FROM: <a@b>\r\n\r\n",
    "folded header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\nAuthorization:\r\n x\r\n\r\n",
    "null after the version": b"GET / HTTP/1.1\x00\r\nHost: localhost\r\n\r\n",
    "HTTP/1.1 without a Host": b"GET /api/v1/positions HTTP/1.1\r\nConnection: close\r\n\r\n",
}


def outcome(site: Site, data: bytes, source: str = "127.0.0.1") -> tuple[list[int], bytes]:
    """The status of each response, and all that was sent."""
    replies = site.raw(data, source=source)
    return [reply.status for reply in replies], b"".join(reply.body for reply in replies)


def is_held(statuses: list[int], body: bytes) -> bool:
    """True if neither the hidden request was served nor the outer one."""
    refused = all(400 <= status < 500 or status in (303, 501, 505) for status in statuses)
    return refused and b"alive" not in body and b"positions" not in body


def test_two_requests_on_one_connection_are_seen_as_two(site: Site):
    """So that a smuggled one would be seen."""
    host = site.address.host.encode()
    first, second = (b"GET /healthz HTTP/1.1\r\nHost: %s\r\n%b\r\n" % (host, more) for more in (b"", CLOSE))
    assert outcome(site, first + second)[0] == [200, 200]


@pytest.mark.parametrize("path", ["/login", "/api/v1/positions", "/_dash-update-component"])
def test_request_is_not_read_as_two(site: Site, attacks: Attacks, path: str):
    for name, framing in FRAMINGS.items():
        head = b"POST %s HTTP/1.1\r\nHost: %s\r\n" % (path.encode(), site.address.host.encode())
        statuses, body = outcome(site, head + framing + b"\r\n\r\n" + CHUNKS + LAST)
        attacks.case(is_held(statuses, body), f"{path} {name}: {statuses} {body[:60]!r}")


def test_malformed_chunk_is_refused(site: Site, attacks: Attacks):
    form = b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n"
    for number, (name, chunk) in enumerate(CHUNKED.items()):
        head = b"POST /login HTTP/1.1\r\nHost: %s\r\n" % site.address.host.encode()
        data = head + form + b"Connection: close\r\n\r\n" + chunk + b"0\r\n\r\n" + SMUGGLED
        statuses, body = outcome(site, data, f"127.0.3.{number + 1}")  # failed logins are counted by address
        attacks.case(is_held(statuses, body), f"{name}: {statuses} {body[:60]!r}")


def test_malformed_request_is_refused(site: Site, attacks: Attacks):
    for name, data in REQUESTS.items():
        statuses, body = outcome(site, data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        attacks.case(is_held(statuses, body), f"{name}: {statuses} {body[:60]!r}")
    assert site.request("GET", "/healthz").status == 200
