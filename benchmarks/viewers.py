"""Cost of a viewer for the server, and latency of ticks for 200 and 2,000 viewers.

The viewers run in separate processes on the same machine; their CPU is reported. The plain implementation
is a loop over the sockets that sends a prepared message of the same size, on the same uvicorn settings.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Protocol

from benchmarks.processes import Child, running
from benchmarks.report import Report, Row, percentile

TICK_INTERVAL_S = 0.1
FEW, MANY, IN_ONE_PROCESS = 200, 2_000, 500
CATCH_UP_TIMEOUT_S = 10.0
"""Seconds until all viewers must have received the last tick."""


@dataclass
class Measurements:
    """Figures of one or several rounds."""

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
    """For each round: µs of server CPU per message and viewer."""


class Server(Protocol):
    """A source of ticks that serves them, as one or several processes."""

    def ask(self, what: str, **details: object) -> Any:
        """Sends a request to the process that produces the ticks."""

    def cpu(self) -> float:
        """Seconds of CPU of all its processes."""


@dataclass
class Side:
    """A server and its viewers."""

    server: Server
    crowds: Sequence[Child]
    found: Measurements = field(default_factory=Measurements)

    @property
    def viewers(self) -> int:
        return sum(crowd.hello["viewers"] for crowd in self.crowds)

    def round(self, ticks: int) -> None:
        """Sends `ticks` and waits until all viewers have the last one."""
        for crowd in self.crowds:
            crowd.ask("forget")
        found, started = self.found, time.monotonic()
        server_before, crowds_before = self.server.cpu(), self._crowds_cpu()
        sent = self.server.ask("beat", count=ticks, every=TICK_INTERVAL_S)
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
        deadline = time.monotonic() + CATCH_UP_TIMEOUT_S
        while sum(crowd.ask("behind", last=last) for crowd in self.crowds) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _crowds_cpu(self) -> float:
        return sum(crowd.cpu() for crowd in self.crowds)


def measure(quick: bool) -> Report:
    """Measures 200 viewers in rounds, then 2,000."""
    few, few_bare = _both(FEW, rounds=1 if quick else 5, ticks=30 if quick else 80)
    many, many_bare = _both(MANY, rounds=1, ticks=30 if quick else 150)
    late, late_bare = few.late, few_bare.late
    return Report(
        f"viewers: {FEW} and {MANY:,} of them at 10 ticks/s",
        f"{len(few.per_delivery)} alternating rounds of {FEW} viewers, then one of {MANY:,}; messages of "
        f"{few.bytes / few.deliveries:.0f} bytes on both sides. The plain "
        "implementation is a loop over the sockets.",
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


def _both(viewers: int, *, rounds: int, ticks: int) -> tuple[Measurements, Measurements]:
    """Measures ours and the plain implementation in alternating rounds."""
    with ExitStack() as stack:
        ours = _side(stack, viewers, "/ws/view", "benchmarks.our_server")
        bare = _side(stack, viewers, "/ws", "benchmarks.plain_servers", "bare")
        ours.round(10)  # warm-up, which also measures the size of our messages
        bare.server.ask("pad", to=round(ours.found.bytes / ours.found.deliveries))
        bare.round(10)
        ours.found, bare.found = Measurements(), Measurements()
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


def _share(side: Measurements) -> float:
    return side.server_cpu / side.seconds * 100


def _viewers_note(viewers: int, *sides: Measurements) -> str:
    shares = [f"{side.viewers_cpu / side.seconds:.0%}" for side in sides]
    return f"{viewers:,} viewers used {shares[0]} of a core (plain: {shares[1]})."


def _skips(viewers: int, *sides: Measurements) -> str:
    shares = [f"{side.skipped / (side.skipped + side.deliveries):.1%}" for side in sides]
    return (
        f"Of the ticks for {viewers:,} viewers {shares[0]} were skipped (plain: {shares[1]}): "
        "a late viewer receives the newest instead."
    )
