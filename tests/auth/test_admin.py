"""`dashboard-admin` in a process of its own, as a person or an installer runs it."""

import os
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.auth.auth_store import AuthStore
from dashboard.paths import auth_file
from tests.auth.conftest import PASSWORD, AuthTestApp
from tests.waiting import TIMEOUT_S

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "dashboard.auth.admin"]
NOBODY_UID = 65534


def admin(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def at(directory: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return admin("--state-dir", str(directory), *arguments, stdin=stdin)


class TestPassword:
    def test_first_line_of_a_pipe_becomes_the_password(self, tmp_path: Path, store: AuthStore):
        ended = at(tmp_path, "set-password", stdin=f"{PASSWORD}\nanother line\n")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert PASSWORD not in ended.stdout
        assert store.log_in(PASSWORD, 1)

    @pytest.mark.parametrize(
        ("stdin", "reason"),
        [
            ("", "is empty"),
            ("\n", "is empty"),
            ("123456789\n", "has 9 characters, and needs 10"),
            (f"{'x' * 5_000}\n", "is longer than 512 bytes"),
        ],
    )
    def test_unacceptable_password_changes_nothing(
        self, tmp_path: Path, store: AuthStore, stdin: str, reason: str
    ):
        ended = at(tmp_path, "set-password", stdin=stdin)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr == f"dashboard-admin: the password {reason}: nothing was changed\n"
        assert not store.has_password

    @pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
    def test_bytes_that_are_no_utf8_are_refused(self, tmp_path: Path, store: AuthStore, locale: str):
        ended = subprocess.run(
            [*COMMAND, "--state-dir", str(tmp_path), "set-password"],
            input=b"a long password \xff\n",
            env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": locale},
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert ended.returncode == 2
        assert ended.stderr == b"dashboard-admin: the password is no UTF-8: nothing was changed\n"
        assert not store.has_password

    @pytest.mark.parametrize(
        ("second", "code", "message"),
        [(PASSWORD, 0, "The password is set."), (PASSWORD + "x", 2, "the two passwords differ")],
    )
    def test_terminal_prompts_twice_without_echo(
        self, tmp_path: Path, store: AuthStore, second: str, code: int, message: str
    ):
        ended, shown = typed(tmp_path, PASSWORD, second)
        assert (ended, store.has_password) == (code, code == 0)
        assert message in shown
        assert PASSWORD not in shown


def typed(directory: Path, *lines: str) -> tuple[int, str]:
    """Runs set-password on a terminal, and types each line at its prompt."""
    ours, theirs = pty.openpty()
    command = ["setsid", "--ctty", "--wait", *COMMAND, "--state-dir", str(directory), "set-password"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = ""
        for prompt, line in zip(("New password: ", "Once more: "), lines, strict=True):
            while prompt not in shown:
                shown += os.read(ours, 1_000).decode()
            os.write(ours, f"{line}\n".encode())
        code = process.wait(TIMEOUT_S)
        shown += os.read(ours, 10_000).decode()
        os.close(ours)
    return code, shown


class TestKeys:
    def test_key_opens_the_api_until_it_is_revoked(self, tmp_path: Path, visit):
        site: AuthTestApp = visit()
        made = at(tmp_path, "create-key", "laptop")
        key = made.stdout.strip()
        assert re.fullmatch(r"[\w-]{43}", key)
        assert key not in made.stderr
        assert site.get("/api/v1/positions", x_api_key=key).status_code == 200
        at(tmp_path, "create-key", "a-longer-name")
        listed = at(tmp_path, "list-keys")
        assert re.fullmatch(
            r"name +created\na-longer-name +\d{4}-\d\d-\d\d \d\d:\d\d [+-]\d{4}\nlaptop +\d{4}-.*\n",
            listed.stdout,
        )
        assert key not in listed.stdout
        assert at(tmp_path, "revoke-key", "laptop").returncode == 0
        assert site.get("/api/v1/positions", x_api_key=key).status_code == 401

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["revoke-key", "phone"], "phone: no key has this name"),
            (["create-key", "a b"], "'a b': name a key by"),
            (["create-key", "laptop"], "laptop: a key of this name exists"),
        ],
    )
    def test_user_error_is_one_line_and_code_2(
        self, tmp_path: Path, store: AuthStore, arguments: list[str], reason: str
    ):
        store.create_key("laptop")
        ended = at(tmp_path, *arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith(f"dashboard-admin: {reason}")
        assert len(ended.stderr.splitlines()) == 1

    def test_empty_list_creates_no_file(self, tmp_path: Path):
        assert at(tmp_path, "list-keys").stdout == "name  created\n"
        assert not any(tmp_path.iterdir())


def test_log_out_all_ends_open_sessions(tmp_path: Path, visit) -> None:
    site: AuthTestApp = visit()
    site.log_in()
    assert at(tmp_path, "log-out-all").stdout == "1 session ended.\n"
    assert site.get("/").status_code == 401
    assert at(tmp_path, "log-out-all").stdout == "0 sessions ended.\n"


class TestLockout:
    @pytest.mark.parametrize(
        ("address", "counted"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8::7", "2001:db8::/64"),
            ("2001:db8::/64", "2001:db8::/64"),
        ],
    )
    def test_address_is_cleared_as_it_is_counted(
        self, tmp_path: Path, store: AuthStore, address: str, counted: str
    ):
        store.set_password(PASSWORD)
        ended = at(tmp_path, "clear-lockout", address)
        assert ended.stdout == f"Failed logins from {counted} are forgotten.\n"
        assert list(store.read().clearings) == [counted]

    @pytest.mark.parametrize("address", ["dash.example.org", "192.0.2.300", "192.0.2.0/24", "unknown"])
    def test_other_text_is_refused(self, tmp_path: Path, address: str):
        ended = at(tmp_path, "clear-lockout", address)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith(f"dashboard-admin: {address!r}: is no address")

    def test_without_a_password_no_file_is_created(self, tmp_path: Path):
        assert at(tmp_path, "clear-lockout").stdout == "All failed logins are forgotten.\n"
        assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["create-key"], ["set-password", "x"]])
def test_unknown_command_prints_the_usage(arguments: list[str]) -> None:
    ended = admin(*arguments)
    assert ended.returncode == 2
    assert "usage: dashboard-admin" in ended.stderr


@pytest.mark.parametrize("content", ["no database", ""])
def test_foreign_file_is_refused(tmp_path: Path, content: str) -> None:
    file = auth_file(tmp_path)
    file.parent.mkdir()
    file.write_text(content)
    for command in (["list-keys"], ["set-password"], ["log-out-all"]):
        ended = at(tmp_path, *command, stdin=PASSWORD)
        assert ended.returncode == 2
        assert ended.stderr.startswith(f"dashboard-admin: {file}: ")
        assert len(ended.stderr.splitlines()) == 1


class TestStateDirectory:
    def exists(self, directory: Path) -> bool:
        return auth_file(directory).exists()

    def test_environment_variable(self, tmp_path: Path):
        admin("set-password", stdin=PASSWORD, DASHBOARD_STATE_DIR=str(tmp_path / "a"))
        assert self.exists(tmp_path / "a")

    def test_flag_beats_the_variable(self, tmp_path: Path):
        flag = ("--state-dir", str(tmp_path / "b"))
        admin(*flag, "set-password", stdin=PASSWORD, DASHBOARD_STATE_DIR=str(tmp_path / "a"))
        assert self.exists(tmp_path / "b")
        assert not self.exists(tmp_path / "a")

    def test_last_settings_file_wins(self, tmp_path: Path):
        files = [tmp_path / "one.env", tmp_path / "two.env", tmp_path / "three.env"]
        files[0].write_text(f"DASHBOARD_STATE_DIR={tmp_path / 'a'}\n")
        files[1].write_text(f"# a comment\nexport dashboard_state_dir='{tmp_path / 'b c'}'\n")
        files[2].write_text("DASHBOARD_STATE_DIR=\nDASHBOARD_SYMBOL=BTCUSDT\n")
        admin("set-password", stdin=PASSWORD, DASHBOARD_ENV_FILE=":".join(map(str, files)))
        assert self.exists(tmp_path / "b c")
        assert not self.exists(tmp_path / "a")

    def test_named_settings_file_must_exist(self, tmp_path: Path):
        ended = admin("list-keys", DASHBOARD_ENV_FILE=str(tmp_path / "no.env"))
        assert ended.returncode == 2
        assert ended.stderr.startswith(f"dashboard-admin: {tmp_path / 'no.env'} cannot be read")


class TestRoot:
    @pytest.fixture
    def directory(self) -> Iterator[Path]:
        """A service's state directory, reachable for its user."""
        if os.geteuid() != 0:
            pytest.skip("needs root")
        with tempfile.TemporaryDirectory(prefix="dashboard-admin-") as name:
            os.chown(name, NOBODY_UID, NOBODY_UID)
            yield Path(name)

    def test_new_files_belong_to_the_owner_of_the_directory(self, directory: Path):
        ended = at(directory, "set-password", stdin=PASSWORD)
        assert (ended.returncode, ended.stderr) == (0, "")
        at(directory, "create-key", "laptop")
        made = list(directory.rglob("*"))
        assert len(made) >= 2
        assert {(file.stat().st_uid, file.stat().st_gid) for file in made} == {(NOBODY_UID, NOBODY_UID)}

    def test_running_service_reads_the_change(self, directory: Path):
        at(directory, "set-password", stdin=PASSWORD)
        service = AuthStore(auth_file(directory))
        assert service.has_password
        at(directory, "create-key", "laptop")
        assert list(service.read().keys) == ["laptop"]
        service.close()

    def test_directory_of_its_own_in_roots_directory_is_written_as_its_owner(self):
        """As the installer makes it: the state directory is root's, and the one in it the service's."""
        with tempfile.TemporaryDirectory(prefix="dashboard-admin-") as state:
            os.chmod(state, 0o711)  # noqa: S103 # reachable for the service
            file = auth_file(Path(state))
            file.parent.mkdir(mode=0o750)
            os.chown(file.parent, NOBODY_UID, NOBODY_UID)
            assert at(Path(state), "set-password", stdin=PASSWORD).returncode == 0
            assert file.stat().st_uid == NOBODY_UID

    def test_link_in_the_directory_is_not_followed(self, directory: Path):
        """The service's user may have put a link in place of the directory."""
        with tempfile.TemporaryDirectory(prefix="roots-own-") as own:
            os.symlink(own, directory / "access")
            ended = at(directory, "set-password", stdin=PASSWORD)
            assert ended.returncode == 2
            assert os.listdir(own) == []
