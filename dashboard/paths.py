"""The dashboard's folder, as its other commands find it: flag, environment, then the files of settings."""

import os
from pathlib import Path

from dotenv import dotenv_values

from dashboard.errors import SettingsError

_VARIABLE = "DASHBOARD_STATE_DIR"
_FILES = "DASHBOARD_ENV_FILE"


def state_folder(flag: str | None) -> Path | None:
    """The folder; None for the user's state directory. Raises SettingsError."""
    found = flag or os.environ.get(_VARIABLE) or _from_files()
    return Path(found) if found else None


def _from_files() -> str | None:
    """From the last of the files that names it. Those that were asked for have to be there."""
    asked = os.environ.get(_FILES)
    found = None
    for file in asked.split(os.pathsep) if asked else [".env"]:
        try:
            lines = _read(Path(file), needed=bool(asked))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file} cannot be read: {error}") from None
        found = next((value for name, value in lines.items() if name.upper() == _VARIABLE and value), found)
    return found


def _read(file: Path, *, needed: bool) -> dict[str, str | None]:
    if not needed and not file.exists():
        return {}
    with file.open(encoding="utf-8") as lines:
        return dotenv_values(stream=lines)
