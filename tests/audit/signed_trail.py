"""A signed trail of three days, and a writer of its folder who has no key."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from dashboard.audit.records import NO_LINES, AuditLine, compose, to_json
from dashboard.audit.signer import Signer
from dashboard.audit.signing_key import SigningKey
from dashboard.audit.trail_files import day_path
from dashboard.audit.trail_reader import read_records
from dashboard.audit.verify import verify
from tests.audit.builders import NOON, Clock, files, logger

KEY = SigningKey.create(NOON - timedelta(days=1))
OTHER_KEY = SigningKey.create(NOON - timedelta(days=1))
"""The key of another installation, or of an attacker."""


def write_signed(directory: Path, key: Any = KEY, days: int = 3, count: int = 5, first_day: int = 0) -> None:
    """Writes `count` fills 4 seconds apart on each day, and closes the trail after each day."""
    for day in range(first_day, first_day + days):
        clock = Clock(NOON + timedelta(days=day))
        with logger(directory, clock, key=key) as log:
            for number in range(count):
                clock.advance(seconds=4)
                assert log.record("fill", {"number": day * count + number})


def found(directory: Path, *heads: Any, keys: Any = (KEY.public_key,)) -> list[str]:
    """The defects with their details."""
    return [f"{each.defect}: {each.detail}" for each in verify(directory, heads, None, keys).defects]


def signed_lines(directory: Path) -> list[tuple[str | None, int, int]]:
    """The lines by the key that signed them."""
    return [(part.key, part.first, part.last) for part in verify(directory).parts]


def resealed(
    directory: Path,
    change: Callable[[AuditLine], Any],
    signer: Callable[[AuditLine, Any], Any] = lambda record, head: record.entry,
) -> None:
    """Writes all lines again with correct hashes, as a writer of the folder can do.

    `change` returns the new entry of a line, or None to leave it out; `signer` that of a signature.
    """
    records = list(read_records(directory))
    for path in files(directory):
        path.unlink()
    head = NO_LINES
    for record in records:
        entry = signer(record, head) if record.kind == "signature" else change(record)
        if entry is not None:
            line, head = compose(head, record.time, record.kind, to_json(entry))
            with day_path(directory, record.time.date()).open("ab") as file:
                file.write(line)


def changed_figure(number: int) -> Callable[[AuditLine], Any]:
    """Changes the figure of one fill."""
    return lambda record: {"number": 1000} if record.entry.get("number") == number else record.entry


def without_signature(_record: AuditLine, _head: Any) -> None:
    """Leaves signatures out."""


def signing_again(key: SigningKey = OTHER_KEY) -> Callable[[AuditLine, Any], Any]:
    """Signs with a key of the attacker."""
    signer = Signer(key)
    return lambda _record, head: json.loads(to_json(signer.entry(head)))
