"""Site: a dashboard over real sockets, byte by byte, and the answers of its server."""

import secrets
import socket
import ssl
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from dashboard.auth.auth_store import AuthStore
from dashboard.paths import auth_file
from tests.security.servers import KEY, PASSWORD, Address
from tests.waiting import TIMEOUT_S

Headers = Iterable[tuple[str, str]]
RAW_TIMEOUT_S = 3.0
"""Seconds without a byte after which a server is taken to wait for the rest of a request."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for given, value in self.headers if given.lower() == name.lower()]

    def get(self, name: str) -> str:
        return ", ".join(self.all(name))


def read_reply(connection: socket.socket, method: str = "GET") -> Reply | None:
    """Reads one response; None if the server closed the connection without one."""
    with HTTPResponse(connection, method=method) as response:
        try:
            response.begin()
            body = response.read()
        except (HTTPException, ConnectionError, ssl.SSLError):
            return None
        return Reply(response.status, tuple(response.getheaders()), body)


class Site:
    """Opens connections to one dashboard."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.origin = f"{'https' if address.tls else 'http'}://{address.host}"
        self.cookie_name = "__Host-dashboard" if address.tls else "dashboard"

    def connect(self, source: str = "127.0.0.1", timeout_s: float = TIMEOUT_S) -> socket.socket:
        """`source` is the client's own address, one of 127.0.0.0/8."""
        address = self.address
        if address.path:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(timeout_s)
            connection.connect(address.path)
            return connection
        connection = socket.create_connection(("127.0.0.1", address.port), timeout_s, (source, 0))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _trusting().wrap_socket(connection) if address.tls else connection

    def caller(self, source: str = "127.0.0.1") -> "Caller":
        return Caller(self, source)

    def request(self, method: str, target: str, headers: Headers = (), body: bytes = b"") -> Reply:
        """Sends one request on a connection of its own."""
        with self.caller() as caller:
            return caller.request(method, target, headers, body)

    def raw(self, data: bytes, *, source: str = "127.0.0.1") -> list[Reply]:
        """Sends bytes, and returns every response until the server closes, or waits for more."""
        with self.connect(source, RAW_TIMEOUT_S) as connection:
            with suppress(ConnectionError, ssl.SSLError):
                connection.sendall(data)
            return replies(connection)

    def new_session(self) -> tuple[str, str]:
        """The Cookie header of a session that a test may end."""
        store = AuthStore(auth_file(Path(self.address.folder)))
        try:
            return self.session(store.log_in(PASSWORD, session_hours=1))
        finally:
            store.close()

    def session(self, token: str | None = None) -> tuple[str, str]:
        """The Cookie header of a session."""
        return ("Cookie", f"{self.cookie_name}={self.address.session if token is None else token}")


class Caller(AbstractContextManager["Caller"]):
    """A client that keeps its connection while the server does."""

    def __init__(self, site: Site, source: str) -> None:
        self._site, self._source = site, source
        self._connection: socket.socket | None = None

    def request(self, method: str, target: str, headers: Headers = (), body: bytes = b"") -> Reply:
        """Sends a request, with a Host header unless one is given; one of the value NOTHING is not sent."""
        given = list(headers)
        names = {name.lower() for name, _ in given}
        lines = [f"{method} {target} HTTP/1.1"]
        lines += [] if "host" in names else [f"Host: {self._site.address.host}"]
        lines += [f"Content-Length: {len(body)}"] if body and "content-length" not in names else []
        lines += [f"{name}: {value}" for name, value in given if value != NOTHING]
        data = "\r\n".join([*lines, "", ""]).encode("latin-1") + body
        for _ in range(2):  # a kept connection may have been closed
            reply = self._send(data, method)
            if reply is not None:
                return reply
        raise AssertionError(f"no response to {lines[0][:200]}")

    def _send(self, data: bytes, method: str) -> Reply | None:
        kept = self._connection is not None
        if self._connection is None:
            self._connection = self._site.connect(self._source)
        with suppress(ConnectionError, ssl.SSLError):
            self._connection.sendall(data)
        reply = read_reply(self._connection, method)
        if reply is None or reply.status == 101 or "close" in reply.get("Connection").lower():
            self.close()
        return reply if reply or kept else Reply(0, (), b"")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __exit__(self, *_: object) -> None:
        self.close()


NOTHING = secrets.token_hex(4)
"""A value for a header that is not sent at all, such as a missing Host."""


def replies(connection: socket.socket, *methods: str) -> list[Reply]:
    """Reads responses until the server closes the connection."""
    data = b""
    with suppress(ConnectionError, TimeoutError, ssl.SSLError):
        while chunk := connection.recv(65536):
            data += chunk
    return parse_replies(data)


def parse_replies(data: bytes) -> list[Reply]:
    """The responses in all that a server sent on one connection."""
    ours, theirs = socket.socketpair()
    found = []
    with ours, theirs:
        theirs.sendall(data[:100_000])
        theirs.shutdown(socket.SHUT_WR)
        with ours.makefile("rb") as stream:
            while (reply := read_reply(_Kept(stream))) is not None:  # type: ignore[arg-type] # has makefile
                found.append(reply)
    return found


class _Kept:
    """One stream for several responses: each would read ahead in a stream of its own."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def makefile(self, _mode: str) -> "_Kept":
        return self

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def close(self) -> None:
        """Keeps it open for the next response."""


@cache
def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


UPGRADE = (
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
)
"""The headers of a websocket's handshake."""
WHO = ("anonymous", "forged", "expired", "logged out", "wrong key", "session", "key", "key of the file")
"""The callers; the last three may enter, the keys only where programs read."""


def identity(site: Site, who: str) -> list[tuple[str, str]]:
    """The headers of a caller."""
    address = site.address
    return {
        "anonymous": [],
        "forged": [site.session(secrets.token_urlsafe(32))],
        "expired": [site.session(address.expired)],
        "logged out": [site.session(address.ended)],
        "wrong key": [("X-API-Key", KEY[:-1] + "x")],
        "session": [site.session()],
        "key": [("X-API-Key", KEY)],
        "key of the file": [("Authorization", f"Bearer {address.key}")],
    }[who]
