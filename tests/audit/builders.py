"""Builders of trails on a real disk, written by the real logger with a clock of the test."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.key_file import UnusableKey
from dashboard.audit.logger import AuditLogger
from dashboard.audit.signing_key import SigningKey
from dashboard.audit.trail_reader import read_records
from dashboard.audit.verify import verify

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that advances by a millisecond at each reading and can be set."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def logger(
    directory: Path,
    clock: Clock | None = None,
    flush: FlushPolicy = FlushPolicy.NEVER,
    interval_s: float = 1.0,
    key: SigningKey | UnusableKey | None = None,
) -> AuditLogger:
    return AuditLogger(directory, flush, interval_s, clock or Clock(), key)


def write(directory: Path, count: int, days: int = 1, kind: str = "fill") -> None:
    """Writes `count` records on each of `days` days."""
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


def records_of(directory: Path) -> list[tuple[str, Mapping[str, Any]]]:
    return [(record.kind, record.entry) for record in read_records(directory)]


def kinds(directory: Path) -> list[str]:
    return [record.kind for record in read_records(directory)]


def numbers(directory: Path) -> list[int]:
    """The numbers of the records that have one, in their order on disk."""
    return [record.entry["number"] for record in read_records(directory) if "number" in record.entry]


def defects(directory: Path) -> list[str]:
    """Places and kinds of all defects, such as "audit-2025-03-01.jsonl:2 changed"."""
    return [f"{found.path.name}:{found.line} {found.defect}" for found in verify(directory).defects]


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    path.write_bytes(b"".join(lines))
