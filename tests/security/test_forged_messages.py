"""Forged messages in Redis: no code runs, no worker ends, and no invented price is shown.

A writer of Redis is trusted: a message that is valid in every part, with the next number, is believed.
"""

import json
import pickle
import re
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.sync.client import unix_connect

from dashboard.replication.redis_keys import CHANNEL, COMMANDS, RESPONSES, STATE
from tests.domain.fill_histories import fill
from tests.redis_server import RedisServer
from tests.replication.harness import FeedStub, in_sync, mirrored, published
from tests.security.conftest import Attacks
from tests.security.servers import KEY, Running, start_workers
from tests.waiting import TIMEOUT_S, until

CLASS = "forged messages in Redis"
FORGED = "66613.37"
"""A price that the feed never sends."""


UNKNOWN_COMMANDS = ("exec", "ENTER", "order", "withdraw", 1, None)
WRONG_PARTS: tuple[Any, ...] = (1, "x", [[]], {"__class__": "x"})
WRONG_NUMBERS: tuple[Any, ...] = ("NaN!", "1e", "0x10", "", [], {}, True, "1" * 50 + "x")
WRONG_FIELDS = (1, "x", [["side", "long"]], {"side": 1})


class Payload:
    """Creates a file where it is unpickled."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return self._file.touch, ()


class Observed:
    """All that viewers are shown, read by threads until the viewers are closed."""

    VIEWERS = 8
    """Enough that both workers serve some."""

    def __init__(self, web: Path) -> None:
        self.texts: list[str] = []
        self._stack = ExitStack()
        for number in range(self.VIEWERS):
            path = "live/bbo" if number % 2 else "positions/stream"
            self._stack.enter_context(self._viewer(web, path))

    @contextmanager
    def _viewer(self, web: Path, path: str) -> Iterator[None]:
        uri, key = f"ws://localhost/api/v1/{path}", {"X-API-Key": KEY}
        with unix_connect(str(web), uri=uri, additional_headers=key) as client:
            thread = threading.Thread(target=lambda: self.texts.extend(str(text) for text in client))
            thread.start()
            yield
            client.close()
            thread.join()

    def close(self) -> None:
        self._stack.close()


class Target:
    """Two web workers behind a feed whose prices the test sets."""

    def __init__(self, redis: RedisServer, running: Running) -> None:
        self.redis, self.running = redis, running
        self.source = FeedStub().price("100")
        self.source.harness.fills(fill("buy 1 @ 100"))
        self._price = Decimal(100)

    def start(self) -> None:
        self.web, self.pids = start_workers(self.running, self.redis)
        self.observed = Observed(self.web)

    def survives(self) -> bool:
        """True if both workers still run and send the next price to every viewer of prices."""
        self._price += 1
        self.source.price(str(self._price))
        wanted, count = f'"{self._price}', len(self.observed.texts)
        try:
            until(
                lambda: sum(wanted in text for text in self.observed.texts[count:]) >= Observed.VIEWERS // 2,
                15,
            )
        except AssertionError:
            return False
        return all(psutil.pid_exists(pid) for pid in self.pids)


def next_message(redis: RedisServer, source: FeedStub) -> dict[str, Any]:
    """A genuine message with a price, as published."""
    with redis.client.pubsub() as pubsub:
        pubsub.subscribe(CHANNEL)
        until(lambda: pubsub.get_message(timeout=1))
        source.price("555")
        while True:
            received = pubsub.get_message(timeout=TIMEOUT_S)
            if received and received["type"] == "message" and b'"555"' in received["data"]:
                return dict(json.loads(received["data"]))


@pytest.fixture
def target(redis_server: RedisServer, tmp_path: Path) -> Iterator[Target]:
    with Running(tmp_path) as running:
        target = Target(redis_server, running)
        with published(target.source.context, redis_server):
            target.start()
            yield target
            target.observed.close()


def with_price(message: dict[str, Any], **header: Any) -> bytes:
    """The message with the forged price in every quote, and a changed header."""
    forged = re.sub(r'("value": ?)"[^"]*"', rf'\g<1>"{FORGED}"', json.dumps(message))
    changed = json.loads(forged)
    changed["header"] |= header
    return json.dumps(changed).encode()


def forgeries(genuine: dict[str, Any], marker: Path) -> Iterator[tuple[str, bytes]]:
    """Messages on the feed's channel that no worker may apply."""
    header = genuine["header"]
    code = pickle.dumps(Payload(marker))
    yield from (
        ("empty", b""),
        ("null", b"null"),
        ("number", b"1"),
        ("list", b"[]"),
        ("text", b'"x"'),
        ("no header", b"{}"),
        ("half", json.dumps(genuine).encode()[:200]),
        ("bytes", bytes(range(256)) * 8),
        ("no UTF-8", b'{"header": "\xff\xfe"}'),
        ("nested", b"[" * 100_000),
        ("5 MB", b'{"header": "' + b"x" * 5_000_000 + b'"}'),
        ("5 MB of digits", b'{"header": {"epoch": ' + b"9" * 5_000_000 + b"}}"),
        ("pickled code", code),
        ("pickled code as text", b'"' + b64encode(code) + b'"'),
        ("YAML tag", b"!!python/object/apply:os.system ['touch %s']" % str(marker).encode()),
        (
            "JSON with a class",
            b'{"py/object": "os.system", "__class__": "os", "__reduce__": ["os.system"]}',
        ),
        ("Python", b"__import__('pathlib').Path('%s').touch()" % str(marker).encode()),
    )
    for name, value in (
        ("sequence", header["sequence"] - 1),
        ("sequence", header["sequence"]),
        ("sequence", -1),
        ("sequence", "next"),
        ("sequence", 1.5),
        ("sequence", None),
        ("epoch", "x"),
        ("epoch", []),
        ("info", None),
        ("info", "x"),
        ("clock_offset", "x"),
    ):
        yield f"{name} {value!r}", with_price(genuine, **{name: value})
        yield f"{name} {value!r}, complete", with_price(genuine | {"complete": True}, **{name: value})
    following = {"sequence": header["sequence"] + 1}
    for part in ("main", "markets", "positions", "updates", "manual", "account", "events", "complete"):
        for wrong in WRONG_PARTS:
            yield f"{part} {wrong!r}", with_price(genuine | {part: wrong}, **following)
    for number in WRONG_NUMBERS:
        changed = json.loads(with_price(genuine, **following))
        changed["main"]["ticker"]["last"]["value"] = number
        yield f"price {number!r}", json.dumps(changed).encode()


def messages_on_the_channel(target: Target, attacks: Attacks, marker: Path) -> None:
    for name, data in forgeries(next_message(target.redis, target.source), marker):
        target.redis.client.publish(CHANNEL, data)
        shown = [text for text in target.observed.texts if FORGED in text]
        attacks.case(not shown and not marker.exists(), f"{name}: {shown[:1]}")
    attacks.case(target.survives(), "a worker no longer follows the feed")
    attacks.case(not any(FORGED in text for text in target.observed.texts), "the price was shown later")
    attacks.case(not marker.exists(), "code was run")


def messages_on_other_channels(target: Target, attacks: Attacks, _marker: Path) -> None:
    genuine = next_message(target.redis, target.source)
    following = with_price(genuine, sequence=genuine["header"]["sequence"] + 1)
    for channel in (f"{CHANNEL}2", CHANNEL.upper(), "dashboard", "*", "__keyspace@0__:dashboard", COMMANDS):
        target.redis.client.publish(channel, following)
        attacks.case(target.survives(), channel)
    attacks.case(not any(FORGED in text for text in target.observed.texts), "a price was shown")


def parts_of_the_stored_state(target: Target, attacks: Attacks, _marker: Path) -> None:
    redis = target.redis.client
    for name, value in (
        ("header", b"x"),
        ("header", b"\x80\x04"),
        ("main", b"[]"),
        ("main", b"{" * 10_000),
        ("position:x", b"1"),
        ("market:\xff", b"null"),
        ("\r\n", b"null"),
    ):
        redis.hset(STATE, name, value)
        redis.publish(CHANNEL, b"x")  # makes the workers read the state again
        redis.hdel(STATE, name)
        attacks.case(target.survives(), f"{name} {value[:20]!r}")


def commands_to_the_feed(target: Target, attacks: Attacks, marker: Path) -> None:
    valid = {"id": "x", "type": "enter", "expires_at": 9_999_999_999, "fields": {"side": "long"}}
    for command in (
        b"",
        b"null",
        b"{}",
        b"\x80\x04\x95",
        pickle.dumps(Payload(marker)),
        b"[" * 50_000,
        b'{"id": "' + b"x" * 1_000_000,
        *(json.dumps(valid | {"type": kind}).encode() for kind in UNKNOWN_COMMANDS),
        *(json.dumps(valid | {"expires_at": at}).encode() for at in (0, -1, "x", None, 1.5)),
        *(json.dumps(valid | {"fields": fields}).encode() for fields in WRONG_FIELDS),
        json.dumps({name: value for name, value in valid.items() if name != "id"}).encode(),
    ):
        target.redis.client.rpush(COMMANDS, command)
        until(lambda: not target.redis.client.llen(COMMANDS))
        attacks.case(not target.source.entered and not marker.exists(), f"{command[:60]!r}")
    attacks.case(target.survives(), "a worker no longer follows the feed")
    attacks.case(not target.redis.client.exists(RESPONSES + "x"), "a forged command was answered")


def test_forged_messages_run_no_code_and_show_no_price(target: Target, attacks: Attacks, tmp_path: Path):
    marker = tmp_path / "code-was-run"
    for attack in (
        messages_on_the_channel,
        messages_on_other_channels,
        parts_of_the_stored_state,
        commands_to_the_feed,
    ):
        attack(target, attacks, marker)
    assert not target.running.errors()


def test_each_forged_message_is_dropped(
    redis_server: RedisServer, attacks: Attacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """One at a time: a worker misses what comes while it subscribes again."""
    monkeypatch.setattr("dashboard.replication.subscriber._RETRY_S", 0.01)
    source, shown = FeedStub().price("100"), []
    with published(source.context, redis_server), mirrored(redis_server) as mirror:
        mirror.markets.register(lambda snapshot: shown.append(str(snapshot.ticker.last)))
        until(lambda: in_sync(mirror, source.context))
        genuine = next_message(redis_server, source)
        for number, (name, data) in enumerate(forgeries(genuine, tmp_path / "code-was-run")):
            until(partial(redis_server.client.publish, CHANNEL, data))
            source.price(str(1_000 + number))
            until(lambda: in_sync(mirror, source.context))
            attacks.case(FORGED not in str(shown), f"{name}: shown")
            shown.clear()
    attacks.case(not (tmp_path / "code-was-run").exists(), "code was run")
