"""Growth of the server's memory with the number of ticks.

Ticks pass through the runtime at full speed, with one viewer on the app's stream. The server reads its own
memory after a garbage collection.
"""

import time
from contextlib import ExitStack

from benchmarks.processes import running
from benchmarks.report import Report, Row

FEW, MANY, QUICK = 10_000, 1_000_000, 100_000
MB = 1e6
FLOOD_TIMEOUT_S = 900.0


def measure(quick: bool) -> Report:
    """Sends all ticks through one server."""
    many = QUICK if quick else MANY
    with ExitStack() as stack:
        server = stack.enter_context(running("benchmarks.our_server"))
        viewer = stack.enter_context(running("benchmarks.crowd", f"{server.url}/ws/view", "1"))
        few = server.ask("flood", count=FEW)
        started = time.monotonic()
        server.send("flood", count=many - FEW)
        after = server.answer(FLOOD_TIMEOUT_S)
        seconds = time.monotonic() - started
        views = viewer.ask("views")
    return Report(
        f"memory: of the server after {many:,} ticks against after {FEW:,}",
        "Resident memory, with one viewer on the stream.",
        [
            Row("after", after["rss"] / MB, few["rss"] / MB, "MB"),
            Row("growth", (after["rss"] - few["rss"]) / MB, unit="MB", most=2, digits=2),
        ],
        [f"{many - FEW:,} ticks took {seconds:.0f} s; the viewer received {views:,} views."],
    )
