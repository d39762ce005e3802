"""Websocket frames of RFC 6455, written and read byte by byte."""

import secrets
import ssl
import struct
import time
from contextlib import suppress

from tests.security.site import UPGRADE, Headers, Site

PATIENCE_S = 10.0
"""Seconds without a byte from the server after which a connection counts as left open."""
LEFT_OPEN = -1
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN, RSV1, RSV2, RSV3 = 0x80, 0x40, 0x20, 0x10
MASK = 0x80


def frame(opcode: int, payload: bytes = b"", *, flags: int = FIN, masked: bool = True) -> bytes:
    """One frame of a client; a server has to refuse those without a mask."""
    return header(opcode, len(payload), flags=flags, masked=masked) + (_mask(payload) if masked else payload)


def header(opcode: int, length: int, *, flags: int = FIN, masked: bool = True, size: int = 0) -> bytes:
    """A frame's header alone; `size` is the least number of bytes for the length: 2 or 8."""
    bit = MASK if masked else 0
    if length > 65_535 or size == 8:
        return struct.pack("!BBQ", flags | opcode, bit | 127, length)
    if length > 125 or size == 2:
        return struct.pack("!BBH", flags | opcode, bit | 126, length)
    return struct.pack("!BB", flags | opcode, bit | length)


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, struct.pack("!H", code) + reason)


def _mask(payload: bytes) -> bytes:
    key = secrets.token_bytes(4)
    repeated = (key * (len(payload) // 4 + 1))[: len(payload)]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return key + mixed.to_bytes(len(payload), "big")


class RawSocket:
    """A websocket without a library: it sends anything, and reads what the server answers."""

    def __init__(self, site: Site, path: str, *headers: tuple[str, str], source: str = "127.0.0.1") -> None:
        self._connection = site.connect(source, PATIENCE_S)
        given: Headers = (("Host", site.address.host), site.session(), *UPGRADE, *headers)
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given), "", ""]
        try:
            self._connection.sendall("\r\n".join(lines).encode())
            self.head, self._received = self._read_head()
        except BaseException:
            self._connection.close()
            raise

    def _read_head(self) -> tuple[bytes, bytes]:
        """The response to the handshake, and what came after it."""
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = self._connection.recv(65536)
            assert chunk, received
            received += chunk
        head, _, rest = received.partition(b"\r\n\r\n")
        assert b" 101 " in head, head
        return head, rest

    def send(self, data: bytes) -> None:
        """Sends bytes, as many as the server takes."""
        with suppress(ConnectionError, ssl.SSLError):
            self._connection.sendall(data)

    def receive(self) -> tuple[int, bytes] | None:
        """The next frame as opcode and payload; None once the connection has ended."""
        while (found := self._take()) is None:
            try:
                chunk = self._connection.recv(65536)
            except TimeoutError:
                return PONG, b"left open"
            except (ConnectionError, ssl.SSLError):
                return None
            if not chunk:
                return None
            self._received += chunk
        return found

    def end(self) -> int | None:
        """Waits until the server closes; returns its close code, None if it gave none, or LEFT_OPEN."""
        deadline = time.monotonic() + PATIENCE_S
        while (received := self.receive()) is not None:
            if received[0] == CLOSE:
                return int.from_bytes(received[1][:2], "big") or None
            if time.monotonic() > deadline:
                return LEFT_OPEN
        return None

    def until(self, opcode: int, text: bytes = b"") -> bytes | None:
        """Waits for a frame that contains `text`; None if the connection ends before."""
        while (received := self.receive()) is not None:
            if received[0] == opcode and text in received[1]:
                return received[1]
        return None

    def _take(self) -> tuple[int, bytes] | None:
        data = self._received
        if len(data) < 2:
            return None
        length, start = data[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(data) < start:
                return None
            length = int.from_bytes(data[2:start], "big")
        if len(data) < start + length:
            return None
        self._received = data[start + length :]
        return data[0] & 0x0F, data[start : start + length]

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "RawSocket":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
