"""`python -m benchmarks.crowd URL COUNT [NAME]`: many lightweight websocket viewers in one process.

A viewer parses frames from the transport, answers pings, and records the time of each tick, which it
identifies by the price under NAME.
"""

import asyncio
import base64
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import uvloop

from benchmarks.processes import answer_requests
from benchmarks.pulse import Sent, tick_of
from benchmarks.served import allow_many_sockets

PARALLEL_CONNECTS = 20
PRICE = "price:value"
_TEXT, _CLOSE, _PING = 1, 8, 9


class Viewer(asyncio.Protocol):
    """One connection. `seen` has ticks and their arrival in ns of the wall clock, since the last `forget`."""

    def __init__(self, host: str, path: str, name: str = PRICE) -> None:
        self._mark = f'"{name}":"'.encode()
        self._request = _upgrade(host, path)
        self._buffer = b""
        self._transport: Any = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = self.replaced = False
        self.newest = 0
        self.forget()

    def forget(self) -> None:
        """Resets the counts."""
        self.seen: list[tuple[int, int]] = []
        self.bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("refused"))

    def data_received(self, data: bytes) -> None:
        now = time.time_ns()
        self._buffer += data
        if not self.opened.done():
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.partition(b"\r\n")[0]:
                self._transport.abort()
                return
            self._buffer = rest
            self.opened.set_result(None)
        for kind, payload in self._frames():
            self._take(kind, payload, now)

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        """Yields complete frames; frames of a server are not masked."""
        while len(self._buffer) >= 2:
            length, start = self._buffer[1] & 0x7F, 2
            if length >= 126:
                start = 4 if length == 126 else 10
                if len(self._buffer) < start:
                    return
                length = int.from_bytes(self._buffer[2:start], "big")
            if len(self._buffer) < start + length:
                return
            frame, self._buffer = self._buffer[: start + length], self._buffer[start + length :]
            yield frame[0] & 0x0F, frame[start:]

    def _take(self, kind: int, payload: bytes, now: int) -> None:
        if kind == _PING:
            self._transport.write(bytes([0x8A, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
        elif kind == _CLOSE:
            self.lost = True
        elif kind == _TEXT:
            self.bytes += len(payload)
            _, _, rest = payload.partition(self._mark)
            if price := rest.partition(b'"')[0]:
                self.newest = tick_of(price.decode())
                self.seen.append((self.newest, now))


def _upgrade(host: str, path: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


class Crowd:
    """All viewers of this process, on an event loop in a thread."""

    def __init__(self, url: str, count: int, name: str = PRICE) -> None:
        self._loop = uvloop.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._parts, self._name = urlsplit(url), name
        self.viewers = asyncio.run_coroutine_threadsafe(self._connect(count), self._loop).result()

    async def _connect(self, count: int) -> list[Viewer]:
        gate = asyncio.Semaphore(PARALLEL_CONNECTS)

        async def one() -> Viewer:
            async with gate:
                return await self._one()

        return list(await asyncio.gather(*(one() for _ in range(count))))

    async def _one(self) -> Viewer:
        parts, loop = self._parts, asyncio.get_running_loop()
        _, viewer = await loop.create_connection(
            lambda: Viewer(parts.netloc, parts.path, self._name), parts.hostname or "", parts.port or 80
        )
        await viewer.opened
        return viewer

    def rejoined(self, within: float) -> list[float]:
        """Reconnects disconnected viewers as the page does; returns the seconds each was disconnected."""
        return asyncio.run_coroutine_threadsafe(self._rejoin(within), self._loop).result()

    async def _rejoin(self, within: float) -> list[float]:
        self._downtimes_s: list[float] = []
        quiet, seen = 0, -1
        async with asyncio.timeout(within), asyncio.TaskGroup() as tasks:
            while quiet < 100:  # ten seconds without a disconnection
                for place, viewer in enumerate(self.viewers):
                    if viewer.lost and not viewer.replaced:
                        viewer.replaced = True
                        tasks.create_task(self._reconnect(place))
                quiet, seen = (quiet + 1 if len(self._downtimes_s) == seen else 0), len(self._downtimes_s)
                await asyncio.sleep(0.1)
        return self._downtimes_s

    async def _reconnect(self, place: int) -> None:
        """Retries with the delays of assets/js/3-stream.js."""
        began, attempts = time.monotonic(), 0
        while True:
            await asyncio.sleep(min(15, 0.25 * 2**attempts) * random.uniform(0.5, 1))
            attempts += 1
            try:
                self.viewers[place] = await self._one()
            except OSError:
                continue
            self._downtimes_s.append(time.monotonic() - began)
            return

    def forget(self) -> None:
        """Resets the counts. Call it, like `found`, while no tick is under way."""
        for viewer in self.viewers:
            viewer.forget()

    def views(self) -> int:
        """The number of views received."""
        return sum(len(viewer.seen) for viewer in self.viewers)

    def behind(self, last: int) -> int:
        """The number of viewers without tick `last`."""
        return sum(viewer.newest < last for viewer in self.viewers)

    def found(self, sent: Sent, ticks: int) -> dict[str, object]:
        """The viewers' figures for the last `ticks`; times are in ms."""
        first = len(sent) - ticks + 1
        return {
            "lost": sum(viewer.lost for viewer in self.viewers),
            "behind": self.behind(len(sent)),
            "deliveries": self.views(),
            "bytes": sum(viewer.bytes for viewer in self.viewers),
            "late": [
                round((at - sent[tick - 1]) / 1e6, 2)
                for viewer in self.viewers
                for tick, at in viewer.seen
                if tick >= first
            ],
            "last": [
                round((at - sent[tick - 1]) / 1e6, 2)
                for tick, at in enumerate(self._last(first, len(sent)), first)
            ],
        }

    def _last(self, first: int, last: int) -> list[int]:
        """When the last viewer received each tick or a newer one; 0 if a viewer did not."""
        latest = [0] * (last - first + 1)
        for viewer in self.viewers:
            had = [0] * len(latest)
            for tick, at in reversed(viewer.seen):
                if first <= tick <= last:
                    had[tick - first] = at
            at = 0  # backwards: a skipped tick counts with the next one received
            for number in reversed(range(len(had))):
                at = had[number] = had[number] or at
            latest = [max(pair) for pair in zip(latest, had, strict=True)]
        return latest


def main() -> None:
    allow_many_sockets()
    crowd = Crowd(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
    handlers = (crowd.forget, crowd.rejoined, crowd.views, crowd.behind, crowd.found)
    answer_requests({"viewers": len(crowd.viewers)}, {handler.__name__: handler for handler in handlers})


if __name__ == "__main__":
    main()
