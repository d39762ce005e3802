"""Floods and slow clients, on a dashboard that may open few files: it keeps answering, in bounded memory."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest

from tests.security.conftest import Attacks
from tests.security.frames import CONTINUATION, PING, PONG, TEXT, RawSocket, frame
from tests.security.servers import Running, start_single
from tests.security.site import Site
from tests.waiting import until

CLASS = "floods and slow clients"
DESCRIPTORS = 128
CONNECTIONS = 300
ANSWER_S = 20.0
"""Seconds in which a new client is answered during an attack: slow clients are dropped after 15."""
MAX_GROWTH_BYTES = 200 * 2**20
"""Two passwords compared at once take 128 MiB of it."""
BIG_FILE = "/assets/vendor/bootstrap.min.css"

SLOW = {
    "nothing": b"",
    "half a request line": b"GET /hea",
    "half the headers": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b",
    "half a body": b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\npassword=",
    "half a chunk": b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nff\r\npass",
    "an idle connection": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "ten requests at once": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10,
    "half a handshake": b"GET /ws/view HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n",
}
FRAMES = {
    "pings": frame(PING, b"x"),
    "pongs": frame(PONG, b"x"),
    "empty fragments": frame(CONTINUATION, b"", flags=0),
    "messages": frame(TEXT, b'{"action":"ping"}'),
}


@pytest.fixture(scope="module")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A dashboard with room for a hundred connections, of this module alone."""
    with Running(tmp_path_factory.mktemp("small")) as running:
        yield Site(start_single(running, descriptors=DESCRIPTORS))
        assert not running.errors()


def is_answered(site: Site) -> bool:
    """True once a new client is answered, in time."""

    def served() -> bool:
        with suppress(OSError), site.connect(timeout_s=ANSWER_S) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return b" 200 " in connection.recv(100)
        return False

    try:
        until(served, ANSWER_S)
    except AssertionError:
        return False
    return True


def memory(site: Site) -> int:
    return sum(psutil.Process(pid).memory_info().rss for pid in site.address.pids)


@pytest.mark.parametrize("name", SLOW)
def test_slow_clients_leave_room_for_others(small_site: Site, attacks: Attacks, name: str):
    before = memory(small_site)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(small_site.connect())
            with suppress(ConnectionError):
                connection.sendall(SLOW[name])
        attacks.case(is_answered(small_site), f"{CONNECTIONS} times {name}: no answer")
        attacks.case(memory(small_site) - before < MAX_GROWTH_BYTES, f"{name}: memory")
    attacks.case(is_answered(small_site), f"after {name}: no answer")


def test_clients_that_do_not_read_leave_room_and_memory(small_site: Site, attacks: Attacks):
    before = memory(small_site)
    name, value = small_site.session()
    request = f"GET {BIG_FILE} HTTP/1.1\r\nHost: localhost\r\n{name}: {value}\r\n\r\n".encode()
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(small_site.connect())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            with suppress(ConnectionError):
                connection.sendall(request * 20)
        attacks.case(is_answered(small_site), "no answer")
        attacks.case(memory(small_site) - before < MAX_GROWTH_BYTES, f"{memory(small_site) - before:,} bytes")


def test_many_websockets_leave_room_for_requests(small_site: Site, attacks: Attacks):
    before = memory(small_site)
    with ExitStack() as stack:
        for number in range(CONNECTIONS):
            with suppress(AssertionError, ConnectionError):  # refused
                stack.enter_context(RawSocket(small_site, f"/ws/view?focus=invented-{number}"))
        attacks.case(is_answered(small_site), "no answer")
        attacks.case(memory(small_site) - before < MAX_GROWTH_BYTES, f"{memory(small_site) - before:,} bytes")
    attacks.case(is_answered(small_site), "no answer afterwards")


@pytest.mark.parametrize("name", FRAMES)
def test_flood_of_frames_closes_its_connection_alone(small_site: Site, attacks: Attacks, name: str):
    before = memory(small_site)
    for path in ("/ws/view", "/api/v1/live/bbo", "/api/v1/positions/stream"):
        with RawSocket(small_site, path) as flooding, RawSocket(small_site, "/api/v1/live/bbo") as other:
            if name == "empty fragments":
                flooding.send(frame(TEXT, b"", flags=0))
            flooding.send(FRAMES[name] * 20_000)
            attacks.case(flooding.end() in (1002, 1008, None), f"{path} {name}: left open")
            other.send(frame(PING, b"alive"))
            attacks.case(other.until(PONG, b"alive") is not None, f"{path} {name}: another client suffers")
    attacks.case(memory(small_site) - before < MAX_GROWTH_BYTES, f"{name}: memory")


@pytest.mark.parametrize("known", [False, True], ids=["anonymous", "session"])
def test_big_bodies_are_refused(small_site: Site, attacks: Attacks, known: bool):
    identity = [small_site.new_session()] if known else []
    before = memory(small_site)
    bodies = {
        "zeros": b"\x00" * 10_000_000,
        "digits": b'{"inputs":[{"id":"field-size","property":"value","value":"' + b"9" * 10_000_000 + b'"}]}',
        "number": b'{"inputs":' + b"9" * 5_000_000 + b"}",
        "nested": b"[" * 5_000_000,
        "nested in the limit": b"[" * 60_000,
        "form": b"password=" + b"x" * 5_000_000,
        "fields": b"&".join([b"a=b"] * 1_000_000),
    }
    kinds = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
    for path in ("/_dash-update-component", "/login", "/api/v1/positions", "/logout"):
        for name, body in bodies.items():
            for number, kind in enumerate(kinds):
                headers = [("Content-Type", kind), ("Origin", small_site.origin), *identity]
                source = f"127.0.4.{number + 1}"
                with small_site.caller(source) as caller:
                    status = caller.request("POST", path, headers, body).status
                held = 400 <= status < 500 or (path == "/logout" and status == 303) or status == 0
                attacks.case(held, f"{path} {name} {kind}: {status}")
    attacks.case(memory(small_site) - before < MAX_GROWTH_BYTES, f"{memory(small_site) - before:,} bytes")
    attacks.case(is_answered(small_site), "no answer afterwards")


def test_guessing_passwords_is_slowed_down(small_site: Site, attacks: Attacks):
    """Five attempts an address, however the client names itself."""
    before = memory(small_site)
    for address in ("127.0.5.1", "127.0.5.2"):
        statuses = []
        with small_site.caller(address) as caller:
            for number in range(12):
                claims = [
                    ("X-Forwarded-For", f"203.0.113.{number}"),
                    ("Forwarded", f"for=203.0.113.{number}"),
                    ("X-Real-IP", f"203.0.113.{number}"),
                    ("Cookie", f"dashboard-device=x{number}"),
                    ("User-Agent", str(number)),
                ]
                form = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", small_site.origin)]
                reply = caller.request("POST", "/login", [*form, *claims], b"password=wrong%d" % number)
                statuses.append(reply.status)
        attacks.case(statuses == [401] * 5 + [429] * 7, f"{address}: {statuses}")
    attacks.case(memory(small_site) - before < MAX_GROWTH_BYTES, "memory")


def test_trail_of_a_flood_is_short(small_site: Site, attacks: Attacks):
    """A client cannot fill the disk through the log."""
    log = Path(small_site.address.folder) / "log"
    size = log.stat().st_size
    with small_site.caller() as caller:
        for number in range(500):
            caller.request("GET", f"/nothing-{number}", [("Host", f"evil-{number}.example")])
    for _ in range(200):
        small_site.raw(b"\x00\x01\r\n\r\n")
    grown = log.stat().st_size - size
    attacks.case(grown < 20_000, f"{grown:,} bytes in the log")


def test_summary_is_computed_within_its_rate(small_site: Site, attacks: Attacks):
    with RawSocket(small_site, "/api/v1/positions/stream") as websocket:
        websocket.send(frame(TEXT, json.dumps({"action": "get_summary"}).encode()) * 1_000)
        attacks.case(websocket.end() == 1008, "left open")
