"""What a record costs whoever waits for it, and what checking a trail costs.

The plain way appends the same entry to a file as JSON: no hash, no chain, no lock. It is brought to the
disk as often as ours.
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
    """Each policy in turn, then a walk through what they wrote."""
    count = 10_000 if quick else 100_000
    rows, notes = [], []
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
        for flush in (FlushPolicy.NEVER, FlushPolicy.INTERVAL, FlushPolicy.ALWAYS):
            rounds = count // 100 if flush is FlushPolicy.ALWAYS else count
            ours = _ours(Path(place) / flush, flush, rounds)
            plain = _plain(Path(place) / f"{flush}.jsonl", flush, rounds)
            rows += _rows(flush, ours, plain)
            notes.append(
                f"{flush}: {1e6 * rounds / sum(ours):,.0f} lines/s, the longest {max(ours):,.0f} µs."
            )
        seconds, peak = _verified(Path(place) / FlushPolicy.NEVER)
        rows.append(Row(f"verify {count:,} lines", seconds, unit="s", most=2 * count / 100_000, digits=2))
        rows.append(Row("memory of it", peak / 1000, unit="kB", most=1000, digits=0))
    return Report(
        "audit: one record, as its caller waits for it",
        f"{count:,} fills in a row, a hundredth of it where each waits for the disk. The plain way appends "
        "the same JSON without hash, chain or lock.",
        rows,
        notes,
    )


def _rows(flush: FlushPolicy, ours: list[float], plain: list[float]) -> list[Row]:
    return [
        Row(f"{flush}, p{rank}", percentile(ours, rank), percentile(plain, rank), "µs") for rank in (50, 99)
    ]


def _each(count: int, work: Callable[[], object]) -> list[float]:
    """µs of every one."""
    spent = []
    for _ in range(count):
        started = time.perf_counter_ns()
        work()
        spent.append((time.perf_counter_ns() - started) / 1000)
    return spent


def _ours(directory: Path, flush: FlushPolicy, count: int) -> list[float]:
    with AuditLogger(directory, flush) as log:
        return _each(count, lambda: log.record("fill", ENTRY))


def _plain(path: Path, flush: FlushPolicy, count: int) -> list[float]:
    with path.open("a", encoding="utf-8") as file:

        def append() -> None:
            file.write(json.dumps(ENTRY) + "\n")
            file.flush()
            if flush is FlushPolicy.ALWAYS:
                os.fdatasync(file.fileno())

        return _each(count, append)


def _verified(directory: Path) -> tuple[float, int]:
    """Seconds of a walk, and the bytes at the height of another."""
    started = time.perf_counter()
    assert verify(directory).whole
    seconds = time.perf_counter() - started
    tracemalloc.start()
    verify(directory)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak


if __name__ == "__main__":
    print(measure(quick=False))
