"""Trails on a real disk, written by the real logger at times of our choice."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.logger import AuditLogger
from dashboard.audit.trail_reader import read_records
from dashboard.audit.verify import verify

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Says a millisecond more each time, and whatever it is set to."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def logger(
    directory: Path, clock: Clock | None = None, flush: FlushPolicy = FlushPolicy.NEVER, interval: float = 1.0
) -> AuditLogger:
    return AuditLogger(directory, flush, interval, clock or Clock())


def write(directory: Path, count: int, days: int = 1, kind: str = "fill") -> None:
    """`count` records on each of so many days."""
    clock = Clock()
    with logger(directory, clock) as log:
        for day in range(days):
            clock.now = NOON + timedelta(days=day)
            for number in range(count):
                assert log.record(kind, {"number": day * count + number})


def files(directory: Path) -> list[Path]:
    return sorted(directory.glob("audit-*.jsonl"))


def only_file(directory: Path) -> Path:
    (path,) = files(directory)
    return path


def told(directory: Path) -> list[tuple[str, Mapping[str, Any]]]:
    return [(record.kind, record.entry) for record in read_records(directory)]


def kinds(directory: Path) -> list[str]:
    return [record.kind for record in read_records(directory)]


def numbers(directory: Path) -> list[int]:
    """Of the records that `write` and its like have written, in the order in which they stand."""
    return [record.entry["number"] for record in read_records(directory) if "number" in record.entry]


def flaws(directory: Path) -> list[str]:
    """What is wrong and where, such as "audit-2025-03-01.jsonl:2 changed"."""
    return [f"{one.path.name}:{one.line} {one.flaw}" for one in verify(directory).breaks]


def put(path: Path, lines: Iterable[bytes]) -> None:
    path.write_bytes(b"".join(lines))
