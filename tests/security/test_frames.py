"""Malformed websocket frames and handshakes: the connection ends, and nothing else."""

import json

import pytest

from tests.security.conftest import Attacks
from tests.security.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    RSV2,
    RSV3,
    TEXT,
    RawSocket,
    closing,
    frame,
    header,
)
from tests.security.routes import websocket_paths
from tests.security.site import NOTHING, UPGRADE, Site

CLASS = "malformed websocket frames and handshakes"
ANY = (1002, 1003, 1007, 1008, 1009, None)
"""Close codes of a refusal; None for a connection that is cut off."""

MALFORMED = {
    "no mask": (frame(TEXT, b"{}", masked=False), (1002, None)),
    "no mask on a ping": (frame(PING, b"x", masked=False), (1002, None)),
    **{
        f"reserved bits {bits:#x}": (frame(TEXT, b"{}", flags=FIN | bits), (1002, None))
        for bits in (RSV1, RSV2, RSV3, RSV1 | RSV2 | RSV3)
    },
    **{
        f"opcode {opcode:#x}": (frame(opcode, b"x"), (1002, None))
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
    },
    "compressed without agreement": (frame(TEXT, b"\xaa\x56\x4a", flags=FIN | RSV1), (1002, None)),
    "compression bomb": (frame(TEXT, b"\xc1" + b"\x00" * 60_000, flags=FIN | RSV1), (1002, None)),
    "ping of 126 bytes": (frame(PING, b"x" * 126), (1002, None)),
    "pong of 65,536 bytes": (frame(PONG, b"x" * 65_536), (1002, None)),
    "close of 126 bytes": (frame(CLOSE, b"\x03\xe8" + b"x" * 124), (1002, None)),
    "ping in fragments": (frame(PING, b"x", flags=0), (1002, None)),
    "close in fragments": (frame(CLOSE, b"\x03\xe8", flags=0), (1002, None)),
    "continuation of nothing": (frame(CONTINUATION, b"x"), (1002, None)),
    "text inside a fragmented text": (frame(TEXT, b"{", flags=0) + frame(TEXT, b"}"), (1002, None)),
    "binary inside a fragmented text": (frame(TEXT, b"{", flags=0) + frame(BINARY, b"}"), (1002, None)),
    "close code of one byte": (frame(CLOSE, b"\x03"), (1002, None)),
    **{
        f"close code {code}": (closing(code), (1002, None))
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535)
    },
    "close reason that is no UTF-8": (closing(1000, b"\xff\xfe"), (1002, 1007, None)),
    "length of 2^63": (header(TEXT, 2**63) + b"xxxx", (1002, 1009, None)),
    "length of 2^64 - 1": (header(TEXT, 2**64 - 1) + b"xxxx", (1002, 1009, None)),
    "length of 1 GiB": (header(BINARY, 2**30) + b"xxxx" * 100, (1009, None)),
    "length of 65,537": (header(TEXT, 65_537) + b"xxxx", (1009, None)),
    "message of 64 kB and one byte": (frame(TEXT, b"x" * 65_537), (1009, None)),
    "fragments of 80 kB": (
        frame(TEXT, b"x" * 40_000, flags=0) + frame(CONTINUATION, b"x" * 40_000),
        (1009, None),
    ),
    **{
        f"text {text!r}": (frame(TEXT, text), (1007, None))
        for text in (
            b"\xff",
            b"\xc0\x80",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\xe2\x82",
            b'{"action":"\xff"}',
        )
    },
    "UTF-8 that is cut by fragments": (
        frame(TEXT, b"\xe2\x82", flags=0) + frame(CONTINUATION, b"\x28"),
        (1007, None),
    ),
    "binary": (frame(BINARY, b"\x80\x04\x95"), ANY),
    "empty text": (frame(TEXT), ANY),
    "HTTP in place of a frame": (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", ANY),
    "zeros": (b"\x00" * 4_096, ANY),
    "ones": (b"\xff" * 4_096, ANY),
}
"""Bytes by name, with the close codes of the refusal."""

MESSAGES = (
    "null",
    "true",
    "1",
    '"ping"',
    "[]",
    "[[" * 2_000,
    '{"a":' * 800,
    "{}",
    '{"action":null}',
    '{"action":1}',
    '{"action":["ping"]}',
    '{"action":{"ping":1}}',
    '{"action":""}',
    '{"action":"PING"}',
    '{"action":"ping "}',
    '{"action":"__class__"}',
    '{"action":"__init__"}',
    '{"action":"get"}',
    '{"action":"enter","side":"long"}',
    '{"action":"reconcile"}',
    '{"action":"../../ping"}',
    '{"action":"ping"',
    "{'action':'ping'}",
    "NaN",
    "Infinity",
    "-",
    "1" * 4_097,
    "9" * 4_000,
    "\x00",
    "\ufeff{}",
    "<script>alert(1)</script>",
    "__import__('os').system('id')",
)
"""Texts to the streams of the API, none of which is an action."""

HANDSHAKES = {
    "no version": [("Sec-WebSocket-Version", NOTHING)],
    "version 0": [("Sec-WebSocket-Version", "0")],
    "version 12": [("Sec-WebSocket-Version", "12")],
    "version x": [("Sec-WebSocket-Version", "x")],
    "two versions": [("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Version", "12")],
    "no key": [("Sec-WebSocket-Key", NOTHING)],
    "empty key": [("Sec-WebSocket-Key", "")],
    "short key": [("Sec-WebSocket-Key", "eA==")],
    "key that is no base64": [("Sec-WebSocket-Key", "!" * 24)],
    "long key": [("Sec-WebSocket-Key", "A" * 4_000)],
    "two keys": [("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Key", "x")],
}


@pytest.mark.parametrize("path", ["/ws/view", "/api/v1/live/bbo"])
def test_malformed_frame_ends_the_connection(site: Site, attacks: Attacks, path: str):
    for name, (data, codes) in MALFORMED.items():
        with RawSocket(site, path) as websocket:
            websocket.send(data)
            code = websocket.end()
        attacks.case(code in (*codes, 1008), f"{path} {name}: {code}")
    with RawSocket(site, path) as websocket:
        websocket.send(frame(PING, b"still there"))
        assert websocket.until(PONG, b"still there")


def test_message_that_is_no_action_is_refused(site: Site, attacks: Attacks):
    for path in (path for path in websocket_paths() if path.startswith("/api/")):
        for text in MESSAGES:
            with RawSocket(site, path) as websocket:
                websocket.send(frame(TEXT, text.encode()))
                answer = websocket.until(TEXT, b'"error"')
                code = websocket.end()
            held = answer is not None and json.loads(answer)["type"] == "error" and code in (1007, 1008, 1009)
            attacks.case(held, f"{path} {text[:40]!r}: {code} {answer!r}")


def test_page_stream_takes_no_message(site: Site, attacks: Attacks):
    for text in MESSAGES:
        with RawSocket(site, "/ws/view") as websocket:
            websocket.send(frame(TEXT, text.encode()))
            code = websocket.end()
        attacks.case(code in (1008, 1009), f"{text[:40]!r}: {code}")


def test_frames_after_a_close_are_not_read(site: Site, attacks: Attacks):
    for path in websocket_paths():
        for after in (frame(TEXT, b'{"action":"ping"}'), frame(PING, b"late"), closing(1000), b"\xff" * 100):
            with RawSocket(site, path) as websocket:
                websocket.send(closing(1000) + after)
                received = []
                while (one := websocket.receive()) is not None:
                    received.append(one)
            late = [one for one in received if b"pong" in one[1] or one == (PONG, b"late")]
            attacks.case(not late, f"{path} {after[:10]!r}: {late}")


def test_compression_is_not_agreed_on(site: Site, attacks: Attacks):
    offers = ("permessage-deflate", "permessage-deflate; client_max_window_bits=15", "x-webkit-deflate-frame")
    for path in websocket_paths():
        for offer in offers:
            with RawSocket(site, path, ("Sec-WebSocket-Extensions", offer)) as websocket:
                agreed = b"extensions" in websocket.head.lower()
            attacks.case(not agreed, f"{path} {offer}: {websocket.head!r}")


def test_malformed_handshake_opens_nothing(site: Site, attacks: Attacks):
    with site.caller() as caller:
        for path in websocket_paths():
            for name, headers in HANDSHAKES.items():
                replaced = {key for key, _ in headers}
                kept = [one for one in UPGRADE if one[0] not in replaced]
                reply = caller.request("GET", path, [*kept, *headers, site.session()])
                attacks.case(reply.status in (400, 404, 405, 426, 431), f"{path} {name}: {reply.status}")
            for method in ("POST", "PUT", "OPTIONS"):
                reply = caller.request(method, path, [*UPGRADE, site.session(), ("Origin", site.origin)])
                attacks.case(reply.status in (400, 404, 405, 426), f"{method} {path}: {reply.status}")
