"""Locations of the dashboard's files, with and without a configured state directory."""

from pathlib import Path

import pytest

from dashboard.errors import SettingsError
from dashboard.paths import (
    auth_file,
    configured_state_directory,
    default_audit_directory,
    manual_positions_file,
)


def test_files_lie_in_the_given_state_directory(tmp_path: Path) -> None:
    assert auth_file(tmp_path) == tmp_path / "access" / "access.db"
    assert manual_positions_file(tmp_path) == tmp_path / "positions" / "positions.json"


def test_default_is_one_directory_of_the_user() -> None:
    directory = default_audit_directory().parent
    assert directory.name == "position-dashboard"
    assert auth_file() == auth_file(directory)
    assert manual_positions_file() == manual_positions_file(directory)


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DASHBOARD_ENV_FILE", raising=False)
    monkeypatch.delenv("DASHBOARD_STATE_DIR", raising=False)
    return tmp_path / ".env"


def test_flag_beats_environment_beats_env_file(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert configured_state_directory(None) is None
    env_file.write_text("DASHBOARD_STATE_DIR=/from/file\n")
    assert configured_state_directory(None) == Path("/from/file")
    monkeypatch.setenv("DASHBOARD_STATE_DIR", "/from/environment")
    assert configured_state_directory(None) == Path("/from/environment")
    assert configured_state_directory("/from/flag") == Path("/from/flag")


def test_unreadable_env_file_is_reported(env_file: Path) -> None:
    env_file.write_bytes(b"DASHBOARD_STATE_DIR=\xff\n")
    with pytest.raises(SettingsError, match="cannot be read"):
        configured_state_directory(None)


def test_named_env_file_must_exist(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_ENV_FILE", str(env_file.with_name("missing.env")))
    with pytest.raises(SettingsError, match=r"missing\.env cannot be read"):
        configured_state_directory(None)
