"""Whether the server's memory grows with the ticks that it has seen.

As fast as it goes through the real runtime, with the app's stream at work for one viewer. Memory is
read within the server, after a collection of garbage.
"""

import time
from contextlib import ExitStack

from benchmarks.processes import running
from benchmarks.report import Report, Row

FEW, MANY, QUICK = 10_000, 1_000_000, 100_000
MB = 1e6
PATIENCE = 900.0


def measure(quick: bool) -> Report:
    """One server through all the ticks."""
    many = QUICK if quick else MANY
    with ExitStack() as stack:
        server = stack.enter_context(running("benchmarks.our_server"))
        viewer = stack.enter_context(running("benchmarks.crowd", f"{server.url}/ws/view", "1"))
        few = server.ask("flood", count=FEW)
        started = time.monotonic()
        server.tell("flood", count=many - FEW)
        after = server.answer(PATIENCE)
        seconds = time.monotonic() - started
        views = viewer.ask("views")
    return Report(
        f"memory: of the server after {many:,} ticks against after {FEW:,}",
        "Resident memory, with one viewer on the stream.",
        [
            Row("after", after["rss"] / MB, few["rss"] / MB, "MB"),
            Row("growth", (after["rss"] - few["rss"]) / MB, unit="MB", most=2, digits=2),
        ],
        [f"{many - FEW:,} ticks took {seconds:.0f} s; the viewer was sent {views:,} views."],
    )
