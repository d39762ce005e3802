"""Locations of the dashboard's own files: one state directory, by default the user's."""

import os
from pathlib import Path

from platformdirs import user_state_path

from dashboard.env_files import values_in_settings_files

_STATE_DIR_VARIABLE = "DASHBOARD_STATE_DIR"
_LOG_DIR_VARIABLE = "DASHBOARD_LOG_DIR"
_SIGNING_KEY_VARIABLE = "DASHBOARD_AUDIT_SIGNING_KEY_FILE"


def auth_file(state_dir: Path | None = None) -> Path:
    """Returns the database of the password, the access keys and the sessions."""
    return (state_dir or _user_state_directory()) / "access" / "access.db"


def manual_positions_file(state_dir: Path | None = None) -> Path:
    """Returns the JSON file of the positions entered on the page."""
    return (state_dir or _user_state_directory()) / "positions" / "positions.json"


def default_audit_directory() -> Path:
    """Returns the directory of the audit trail where --log-dir is not given; --state-dir does not move it."""
    return _user_state_directory() / "audit"


def configured_state_directory(flag: str | None) -> Path | None:
    """Returns the state directory set by flag, environment or settings file; None if none of them sets it.

    For commands that do not load all settings. Raises SettingsError if a settings file cannot be read.
    """
    found = flag or _configured(_STATE_DIR_VARIABLE)
    return Path(found) if found else None


def configured_audit_directory() -> Path:
    """Returns the directory of the audit trail. Raises SettingsError if a settings file cannot be read."""
    found = _configured(_LOG_DIR_VARIABLE)
    return Path(found) if found else default_audit_directory()


def configured_signing_key() -> Path | None:
    """Returns the file of the audit trail's signing key, or None. Raises SettingsError like the directory."""
    found = _configured(_SIGNING_KEY_VARIABLE)
    return Path(found) if found else None


def _configured(variable: str) -> str | None:
    return os.environ.get(variable) or values_in_settings_files().get(variable.lower())


def _user_state_directory() -> Path:
    return user_state_path("position-dashboard")
