"""What a viewer costs the server, and how late 200 and 2,000 of them hear of a tick.

The viewers are in processes of their own and do next to nothing, but they share the machine: what
they took of it is told. The plain way is a loop over the sockets that sends a finished message of
the same size, served by the same uvicorn with the same settings.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Protocol

from benchmarks.processes import Child, running
from benchmarks.report import Report, Row, percentile

EVERY = 0.1
FEW, MANY, IN_ONE_PROCESS = 200, 2_000, 500
CATCHING_UP = 10.0
"""Seconds that the last viewers get for the last tick."""


@dataclass
class Found:
    """What one round, or several, found."""

    server_cpu: float = 0.0
    viewers_cpu: float = 0.0
    seconds: float = 0.0
    deliveries: int = 0
    bytes: int = 0
    lost: int = 0
    behind: int = 0
    skipped: int = 0
    late: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    per_delivery: list[float] = field(default_factory=list)
    """Of each round: µs of the server's CPU for one message to one viewer."""


class Server(Protocol):
    """What gives ticks and serves them: one process, or several."""

    def ask(self, what: str, **details: object) -> Any:
        """Asks whoever gives the ticks."""

    def cpu(self) -> float:
        """Seconds of CPU that all of it has used."""


@dataclass
class Side:
    """A server and its viewers."""

    server: Server
    crowds: Sequence[Child]
    found: Found = field(default_factory=Found)

    @property
    def viewers(self) -> int:
        return sum(crowd.hello["viewers"] for crowd in self.crowds)

    def round(self, ticks: int) -> None:
        """Sends `ticks` and waits until everybody has the last."""
        for crowd in self.crowds:
            crowd.ask("forget")
        found, started = self.found, time.monotonic()
        server_before, crowds_before = self.server.cpu(), self._crowds_cpu()
        sent = self.server.ask("beat", count=ticks, every=EVERY)
        self._catch_up(len(sent))
        cpu = self.server.cpu() - server_before
        found.seconds += time.monotonic() - started
        found.server_cpu += cpu
        found.viewers_cpu += self._crowds_cpu() - crowds_before
        before = found.deliveries
        found.lost = found.behind = 0
        last = [0.0] * ticks
        for crowd in self.crowds:
            seen = crowd.ask("found", sent=sent, ticks=ticks)
            found.deliveries += seen["deliveries"]
            found.bytes += seen["bytes"]
            found.lost += seen["lost"]
            found.behind += seen["behind"]
            found.late += seen["late"]
            last = [max(pair) for pair in zip(last, seen["last"], strict=True)]
        found.last += last
        found.skipped += ticks * self.viewers - (found.deliveries - before)
        found.per_delivery.append(cpu / (found.deliveries - before) * 1e6)

    def _catch_up(self, last: int) -> None:
        until = time.monotonic() + CATCHING_UP
        while sum(crowd.ask("behind", last=last) for crowd in self.crowds) and time.monotonic() < until:
            time.sleep(0.05)

    def _crowds_cpu(self) -> float:
        return sum(crowd.cpu() for crowd in self.crowds)


def measure(quick: bool) -> Report:
    """200 viewers in rounds, then 2,000."""
    few, few_bare = _both(FEW, rounds=1 if quick else 5, ticks=30 if quick else 80)
    many, many_bare = _both(MANY, rounds=1, ticks=30 if quick else 150)
    late, late_bare = few.late, few_bare.late
    return Report(
        f"viewers: {FEW} and {MANY:,} of them at 10 ticks/s",
        f"{len(few.per_delivery)} alternating rounds of {FEW} viewers, then one of {MANY:,}; messages of "
        f"{few.bytes / few.deliveries:.0f} bytes on both sides. The plain way is a loop over the sockets.",
        [
            Row(
                f"{FEW}: server CPU a delivery",
                median(few.per_delivery),
                median(few_bare.per_delivery),
                "µs",
                most_ratio=1.3,
            ),
            Row(f"{FEW}: server CPU", _share(few), _share(few_bare), "% of a core"),
            Row(f"{FEW}: a viewer hears, p50", percentile(late, 50), percentile(late_bare, 50), "ms"),
            Row(f"{FEW}: a viewer hears, p95", percentile(late, 95), percentile(late_bare, 95), "ms"),
            Row(f"{MANY:,}: disconnected", many.lost, many_bare.lost, most=0, digits=0),
            Row(f"{MANY:,}: not on the last tick", many.behind, many_bare.behind, most=0, digits=0),
            Row(f"{MANY:,}: server CPU a delivery", many.per_delivery[0], many_bare.per_delivery[0], "µs"),
            *(
                Row(
                    f"{MANY:,}: the last one hears, {name}",
                    percentile(many.last, percent),
                    percentile(many_bare.last, percent),
                    "ms",
                )
                for name, percent in (("p50", 50), ("p95", 95), ("max", 100))
            ),
        ],
        [
            _viewers_note(FEW, few, few_bare),
            _viewers_note(MANY, many, many_bare),
            _skips(MANY, many, many_bare),
        ],
    )


def _both(viewers: int, *, rounds: int, ticks: int) -> tuple[Found, Found]:
    """Ours and the plain way's, in alternating rounds."""
    with ExitStack() as stack:
        ours = _side(stack, viewers, "/ws/view", "benchmarks.our_server")
        bare = _side(stack, viewers, "/ws", "benchmarks.plain_servers", "bare")
        ours.round(10)  # to warm up, and to learn the size of our messages
        bare.server.ask("pad", to=round(ours.found.bytes / ours.found.deliveries))
        bare.round(10)
        ours.found, bare.found = Found(), Found()
        for _ in range(rounds):
            ours.round(ticks)
            bare.round(ticks)
    return ours.found, bare.found


def _side(stack: ExitStack, viewers: int, path: str, *command: str) -> Side:
    server = stack.enter_context(running(*command))
    size = min(viewers, IN_ONE_PROCESS)
    crowds = [
        stack.enter_context(running("benchmarks.crowd", server.url + path, str(size)))
        for _ in range(viewers // size)
    ]
    return Side(server, crowds)


def _share(side: Found) -> float:
    return side.server_cpu / side.seconds * 100


def _viewers_note(viewers: int, *sides: Found) -> str:
    shares = [f"{side.viewers_cpu / side.seconds:.0%}" for side in sides]
    return f"{viewers:,} viewers themselves took {shares[0]} of a core (with the plain way {shares[1]})."


def _skips(viewers: int, *sides: Found) -> str:
    shares = [f"{side.skipped / (side.skipped + side.deliveries):.1%}" for side in sides]
    return (
        f"Of the ticks for {viewers:,} viewers {shares[0]} were skipped (with the plain way {shares[1]}): "
        "who is late gets the newest instead."
    )
