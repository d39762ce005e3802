"""Time that the caller waits for one record, and time and memory of a verification.

The baseline appends the same entry to a file as JSON, without hash, chain or lock, and flushes it to the
disk with every line where ours does.
"""

import json
import os
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import Report, Row, percentile
from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.logger import AuditLogger
from dashboard.audit.records import JSON
from dashboard.audit.verify import verify

ENTRY: dict[str, JSON] = {
    "symbol": "BTC/USDT:USDT",
    "id": "1234567890123456789",
    "side": "buy",
    "quantity": "0.25",
    "price": "67123.5",
    "fees": {"USDT": "1.23"},
    "position": {"side": "long", "quantity": "1.75", "entry_price": "66801.12", "realized_pnl": "12.5"},
}


def measure(quick: bool) -> Report:
    """Measures each flush policy, then the verification of a trail."""
    count = 10_000 if quick else 100_000
    rows, notes = [], []
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        for flush in (FlushPolicy.NEVER, FlushPolicy.INTERVAL, FlushPolicy.ALWAYS):
            repeats = count // 100 if flush is FlushPolicy.ALWAYS else count
            ours = _audit_times(Path(folder) / flush, flush, repeats)
            baseline = _baseline_times(Path(folder) / f"{flush}.jsonl", flush, repeats)
            rows += _rows(flush, ours, baseline)
            notes.append(f"{flush}: {1e6 * repeats / sum(ours):,.0f} lines/s, longest {max(ours):,.0f} µs.")
        seconds, peak_bytes = _verification_cost(Path(folder) / FlushPolicy.NEVER)
        rows.append(Row(f"verify {count:,} lines", seconds, unit="s", most=2 * count / 100_000, digits=2))
        rows.append(Row("verify, peak memory", peak_bytes / 1000, unit="kB", most=1000, digits=0))
    return Report(
        "audit: time that the caller waits for one record",
        f"{count:,} fills in a row, a hundredth of that with {FlushPolicy.ALWAYS}. The baseline appends the "
        "same JSON without hash, chain or lock.",
        rows,
        notes,
    )


def _rows(flush: FlushPolicy, ours: list[float], baseline: list[float]) -> list[Row]:
    return [
        Row(f"{flush}, p{rank}", percentile(ours, rank), percentile(baseline, rank), "µs")
        for rank in (50, 99)
    ]


def _times(count: int, work: Callable[[], object]) -> list[float]:
    """The duration of each call in µs."""
    times = []
    for _ in range(count):
        started = time.perf_counter_ns()
        work()
        times.append((time.perf_counter_ns() - started) / 1000)
    return times


def _audit_times(directory: Path, flush: FlushPolicy, count: int) -> list[float]:
    with AuditLogger(directory, flush) as log:
        return _times(count, lambda: log.record("fill", ENTRY))


def _baseline_times(path: Path, flush: FlushPolicy, count: int) -> list[float]:
    with path.open("a", encoding="utf-8") as file:

        def append() -> None:
            file.write(json.dumps(ENTRY) + "\n")
            file.flush()
            if flush is FlushPolicy.ALWAYS:
                os.fdatasync(file.fileno())

        return _times(count, append)


def _verification_cost(directory: Path) -> tuple[float, int]:
    """Seconds of one verification, and the peak memory in bytes of a second one."""
    started = time.perf_counter()
    assert verify(directory).intact
    seconds = time.perf_counter() - started
    tracemalloc.start()
    verify(directory)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak_bytes


if __name__ == "__main__":
    print(measure(quick=False))
