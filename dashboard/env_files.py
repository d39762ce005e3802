"""Settings files: .env, or those that DASHBOARD_ENV_FILE lists; refused if others could have written them."""

import os
import stat
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from dashboard.errors import SettingsError

VARIABLE = "DASHBOARD_ENV_FILE"
"""The variable that lists settings files to read instead of .env, separated by colons."""


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """One settings file as it was read."""

    path: Path
    mode: int
    """Type and permissions, as in `st_mode`."""
    values: dict[str, str]
    """Values that are not empty, by lower-case name."""

    @property
    def is_readable_by_all(self) -> bool:
        """True if every user of this machine may read it."""
        return is_readable_by_all(self.mode)


def is_readable_by_all(mode: int) -> bool:
    """True if every user of this machine may read a file with this `st_mode`."""
    return os.name == "posix" and bool(mode & stat.S_IROTH)


def read_settings_files() -> list[SettingsFile]:
    """Reads all settings files. Raises SettingsError if one is foreign, unreadable, or listed but absent."""
    listed = os.environ.get(VARIABLE)
    if listed:
        return [_read(Path(part)) for part in listed.split(os.pathsep)]
    return [_read(Path(".env"))] if Path(".env").exists() else []


def values_in_settings_files() -> dict[str, str]:
    """The values by lower-case name; of several files, the last that has a value counts."""
    return {name: value for file in read_settings_files() for name, value in file.values.items()}


def read_protected(path: Path) -> tuple[str, int]:
    """Text and mode of a file that only root and this process's user can have written.

    Raises SettingsError if others could have written it, OSError or UnicodeDecodeError if it is unreadable.
    """
    # Without blocking: another user's pipe would keep this process waiting.
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), encoding="utf-8") as file:
        status = os.fstat(file.fileno())
        if os.name == "posix":
            _refuse_foreign(path, status)
            os.set_blocking(file.fileno(), True)
        return file.read(), status.st_mode


def _read(path: Path) -> SettingsFile:
    try:
        text, mode = read_protected(path)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    values = dotenv_values(stream=StringIO(text))
    return SettingsFile(path, mode, {name.lower(): value for name, value in values.items() if value})


def _refuse_foreign(path: Path, status: os.stat_result) -> None:
    user = os.geteuid()
    if status.st_uid not in (0, user):
        raise SettingsError(
            f"{path}: belongs to user {status.st_uid}, who could change it: "
            f"it must belong to root or to user {user}, who runs this program"
        )
    others = stat.S_IWOTH if status.st_gid == os.getegid() else stat.S_IWOTH | stat.S_IWGRP
    if stat.S_ISREG(status.st_mode) and status.st_mode & others:
        raise SettingsError(f"{path}: other users could change it: chmod go-w {path}")
