"""Settings files: refused if another user could have written them; exposed secrets are reported."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.config import exposed_files, load
from dashboard.env_files import VARIABLE
from dashboard.errors import SettingsError
from dashboard.paths import configured_audit_directory, configured_state_directory

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files have no owner and mode there")

needs_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root")

ROOT = Path(__file__).parents[1]
OTHER_UID = 12_345
OTHER_GID = 12_346
READERS = [
    pytest.param(lambda: load([]), id="dashboard"),
    pytest.param(lambda: configured_state_directory(None), id="dashboard-admin"),
    pytest.param(configured_audit_directory, id="dashboard-audit"),
]
"""Each program that reads settings files."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def write(path: Path, mode: int, text: str = "DASHBOARD_API_SECRET=5ecret\n") -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def give_to_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() == 0:
        os.chown(path, OTHER_UID, OTHER_GID)
    else:  # the other way round: this process becomes another user
        monkeypatch.setattr(os, "geteuid", lambda: OTHER_UID)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("listed", [False, True], ids=["found", "listed"])
def test_file_of_another_user_is_refused(
    here: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[], object], listed: bool
) -> None:
    file = write(here / ("my.env" if listed else ".env"), 0o600)
    if listed:
        monkeypatch.setenv(VARIABLE, str(file))
    give_to_another(file, monkeypatch)
    with pytest.raises(SettingsError, match=r"\.env: belongs to user \d+, who could change it: ") as error:
        read()
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("read", READERS)
def test_file_that_all_users_may_write_is_refused(here: Path, read: Callable[[], object]) -> None:
    write(here / ".env", 0o602)
    with pytest.raises(SettingsError, match=r"^\.env: other users could change it: chmod go-w \.env$"):
        read()


@needs_root
def test_file_that_another_group_may_write_is_refused(here: Path) -> None:
    file = write(here / ".env", 0o660)
    os.chown(file, -1, OTHER_GID)
    with pytest.raises(SettingsError, match="other users could change it"):
        load([])


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400, 0o660], ids=oct)
def test_file_of_this_user_and_group_is_read_without_a_warning(here: Path, mode: int) -> None:
    write(here / ".env", mode, "DASHBOARD_SYMBOL=ETHUSDT\nDASHBOARD_API_KEY=k3y\n")
    assert load([]).symbol == "ETHUSDT"
    assert exposed_files() == []


@needs_root
def test_roots_file_for_the_group_of_the_service_is_read(here: Path) -> None:
    """As the installer writes it: 0640, root and the group of the service, which runs as neither of both."""
    file = write(here / ".env", 0o640, f"DASHBOARD_LOG_DIR={here}\n")
    os.chown(file, 0, OTHER_GID)
    here.chmod(0o711)
    program = f"""
import os
from dashboard.env_files import values_in_settings_files
os.setgroups([])
os.setgid({OTHER_GID})
os.setuid({OTHER_UID})
print(values_in_settings_files())"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout == f"{ {'dashboard_log_dir': str(here)} }\n", ended.stderr


@pytest.mark.parametrize("line", ["API_SECRET=5ecret", "API_KEY=k3y", "REDIS_URL=redis://x"])
def test_secret_that_all_users_may_read_is_reported(here: Path, line: str) -> None:
    write(here / ".env", 0o644, f"DASHBOARD_{line}\n")
    assert exposed_files() == [Path(".env")]


def test_readable_file_without_a_secret_is_fine(here: Path) -> None:
    write(here / ".env", 0o644, "DASHBOARD_SYMBOL=ETHUSDT\nDASHBOARD_API_KEY=\nOTHER_API_KEY=x\n")
    assert exposed_files() == []


@pytest.mark.parametrize(
    ("mode", "options", "exposed"),
    [
        (0o644, '{"apiKey": "k3y"}', True),
        (0o640, '{"apiKey": "k3y"}', False),
        (0o644, '{"timeout": 1}', False),
    ],
)
def test_credentials_for_ccxt_that_all_users_may_read_are_reported(
    here: Path, mode: int, options: str, exposed: bool
) -> None:
    file = write(here / "ccxt.json", mode, options)
    assert exposed_files(file) == [file] * exposed


def test_pipe_of_another_user_does_not_block(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(here / ".env", 0o600)
    give_to_another(here / ".env", monkeypatch)
    with pytest.raises(SettingsError, match="belongs to user"):
        load([])


def test_options_file_of_another_user_is_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(here / "options.json", 0o600, '{"apiKey": "k3y"}')
    settings = load(["--exchange-config", str(file)])
    assert settings.credentials().config == {"apiKey": "k3y"}
    give_to_another(file, monkeypatch)
    with pytest.raises(SettingsError, match=r"options\.json: belongs to user"):
        settings.credentials()


def test_all_commands_read_the_listed_files(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = write(here / "one.env", 0o600, "DASHBOARD_LOG_DIR=/one\nDASHBOARD_STATE_DIR=/state\n")
    two = write(here / "two.env", 0o600, "dashboard_log_dir=/two\nDASHBOARD_STATE_DIR=\n")
    monkeypatch.setenv(VARIABLE, f"{one}:{two}")
    assert configured_audit_directory() == Path("/two")
    assert configured_state_directory(None) == Path("/state")
    assert (load([]).log_dir, load([]).state_dir) == (Path("/two"), Path("/state"))
    monkeypatch.setenv("DASHBOARD_LOG_DIR", "/environment")
    assert configured_audit_directory() == Path("/environment")
