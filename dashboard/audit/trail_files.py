"""The directory of a trail and the names of its files."""

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

from dashboard.errors import UsageError

_NAME = re.compile(r"audit-(\d{4}-\d{2}-\d{2})\.jsonl")
_NEXT_STEP = "give the directory that --log-dir of the dashboard names"


class NoTrail(UsageError):
    """There is no audit trail in the given directory."""


class TrailFile(NamedTuple):
    """The file of a UTC day, or its part from `offset` on."""

    day: date
    path: Path
    offset: int = 0
    """The first byte of the part, at the start of a line."""


def day_path(directory: Path, day: date) -> Path:
    """The file of a UTC day."""
    return directory / f"audit-{day.isoformat()}.jsonl"


def trail_files(directory: Path) -> list[TrailFile]:
    """The files of all days, oldest first. Raises OSError if the directory cannot be read."""
    found = ((_day(path.name), path) for path in directory.iterdir())
    return sorted(TrailFile(day, path) for day, path in found if day)


def require_trail_files(directory: Path) -> list[TrailFile]:
    """The files of a trail that must exist. Raises NoTrail."""
    try:
        files = trail_files(directory)
    except OSError as error:
        raise NoTrail(f"{directory} cannot be read: {error.strerror}; {_NEXT_STEP}") from None
    if not files:
        raise NoTrail(f"{directory} contains no audit-YYYY-MM-DD.jsonl; {_NEXT_STEP}")
    return files


def _day(name: str) -> date | None:
    match = _NAME.fullmatch(name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
