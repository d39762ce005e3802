"""Locations of the dashboard's own files: one state directory, by default the user's."""

import os
from pathlib import Path

from dotenv import dotenv_values
from platformdirs import user_state_path

from dashboard.errors import SettingsError

_STATE_DIR_VARIABLE = "DASHBOARD_STATE_DIR"
_LOG_DIR_VARIABLE = "DASHBOARD_LOG_DIR"
_SIGNING_KEY_VARIABLE = "DASHBOARD_AUDIT_SIGNING_KEY_FILE"
_ENV_FILES_VARIABLE = "DASHBOARD_ENV_FILE"


def auth_file(state_dir: Path | None = None) -> Path:
    """Returns the database of the password, the access keys and the sessions."""
    return (state_dir or _user_state_directory()) / "access" / "access.db"


def manual_positions_file(state_dir: Path | None = None) -> Path:
    """Returns the JSON file of the positions entered on the page."""
    return (state_dir or _user_state_directory()) / "positions.json"


def default_audit_directory() -> Path:
    """Returns the directory of the audit trail where --log-dir is not given; --state-dir does not move it."""
    return _user_state_directory() / "audit"


def configured_state_directory(flag: str | None) -> Path | None:
    """Returns the state directory set by flag, environment or settings file; None if none of them sets it.

    For commands that do not load all settings. Raises SettingsError if a settings file cannot be read.
    """
    return Path(flag) if flag else _configured(_STATE_DIR_VARIABLE)


def configured_audit_directory() -> Path:
    """Returns the directory of the audit trail, set like the state directory, or the default one."""
    return _configured(_LOG_DIR_VARIABLE) or default_audit_directory()


def configured_signing_key() -> Path | None:
    """Returns the file of the audit trail's signing key, set like the state directory, or None."""
    return _configured(_SIGNING_KEY_VARIABLE)


def _configured(variable: str) -> Path | None:
    found = os.environ.get(variable) or _from_env_files(variable)
    return Path(found) if found else None


def _user_state_directory() -> Path:
    return user_state_path("position-dashboard")


def _from_env_files(variable: str) -> str | None:
    """Returns the value of the last file that has one. Files named by DASHBOARD_ENV_FILE must exist."""
    named = os.environ.get(_ENV_FILES_VARIABLE)
    found = None
    for file in named.split(os.pathsep) if named else [".env"]:
        try:
            values = _read(Path(file), required=bool(named))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file} cannot be read: {error}") from None
        set_here = (value for name, value in values.items() if name.upper() == variable and value)
        found = next(set_here, found)
    return found


def _read(file: Path, *, required: bool) -> dict[str, str | None]:
    if not required and not file.exists():
        return {}
    with file.open(encoding="utf-8") as lines:
        return dotenv_values(stream=lines)
