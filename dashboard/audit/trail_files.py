"""Where a trail lies, and which files are its own."""

import re
from datetime import date
from pathlib import Path

from dashboard.errors import UsageError

_NAME = re.compile(r"audit-(\d{4}-\d{2}-\d{2})\.jsonl")


class NoTrail(UsageError):
    """There is no audit trail where one was looked for."""


def day_path(directory: Path, day: date) -> Path:
    """The file of a UTC day."""
    return directory / f"audit-{day.isoformat()}.jsonl"


def day_files(directory: Path) -> list[tuple[date, Path]]:
    """All days that have a file, the oldest first. Raises OSError if the directory cannot be read."""
    found = ((_day(path.name), path) for path in directory.iterdir())
    return sorted((day, path) for day, path in found if day)


def require_day_files(directory: Path) -> list[tuple[date, Path]]:
    """The same for those who expect a trail. Raises NoTrail."""
    try:
        files = day_files(directory)
    except OSError as error:
        raise NoTrail(f"{directory}: cannot be read: {error.strerror}") from None
    if not files:
        raise NoTrail(f"{directory}: there is no audit-YYYY-MM-DD.jsonl in it")
    return files


def _day(name: str) -> date | None:
    match = _NAME.fullmatch(name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
