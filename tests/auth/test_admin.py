"""`dashboard-admin` as a person or an installer uses it, in a process of its own."""

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

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "dashboard.auth.admin"]
NOBODY = 65534


def admin(*arguments: str, said: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        input=said,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def at(folder: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return admin("--state-dir", str(folder), *arguments, said=said)


class TestPassword:
    def test_a_line_of_a_pipe(self, tmp_path: Path, store: AuthStore):
        ended = at(tmp_path, "set-password", said=f"{PASSWORD}\nanother line\n")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert PASSWORD not in ended.stdout
        assert store.log_in(PASSWORD, 1)

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            ("", "is empty"),
            ("\n", "is empty"),
            ("123456789\n", "has 9 characters, and needs 10"),
            (f"{'x' * 5_000}\n", "is longer than 512 bytes"),
        ],
    )
    def test_a_poor_one(self, tmp_path: Path, store: AuthStore, said: str, why: str):
        ended = at(tmp_path, "set-password", said=said)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr == f"dashboard-admin: the password {why}: nothing was changed\n"
        assert not store.has_password

    @pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
    def test_bytes_that_are_no_text(self, tmp_path: Path, store: AuthStore, locale: str):
        ended = subprocess.run(
            [*COMMAND, "--state-dir", str(tmp_path), "set-password"],
            input=b"a long password \xff\n",
            env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": locale},
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 2
        assert ended.stderr == b"dashboard-admin: the password is no UTF-8: nothing was changed\n"
        assert not store.has_password

    @pytest.mark.parametrize(
        ("second", "code", "says"),
        [(PASSWORD, 0, "The password is set."), (PASSWORD + "x", 2, "the two are not the same")],
    )
    def test_on_a_terminal_it_asks_twice_and_shows_nothing(
        self, tmp_path: Path, store: AuthStore, second: str, code: int, says: str
    ):
        ended, shown = typed(tmp_path, PASSWORD, second)
        assert (ended, store.has_password) == (code, code == 0)
        assert says in shown
        assert PASSWORD not in shown


def typed(folder: Path, *lines: str) -> tuple[int, str]:
    """Runs set-password on a terminal, and types each line when it is asked for."""
    ours, theirs = pty.openpty()
    command = ["setsid", "--ctty", "--wait", *COMMAND, "--state-dir", str(folder), "set-password"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = ""
        for prompt, line in zip(("New password: ", "Once more: "), lines, strict=True):
            while prompt not in shown:
                shown += os.read(ours, 1_000).decode()
            os.write(ours, f"{line}\n".encode())
        code = process.wait(60)
        shown += os.read(ours, 10_000).decode()
        os.close(ours)
    return code, shown


class TestKeys:
    def test_from_making_to_revoking(self, tmp_path: Path, visit):
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
        ("arguments", "why"),
        [
            (["revoke-key", "phone"], "phone: there is no key of this name"),
            (["create-key", "a b"], "'a b': name a key by"),
            (["create-key", "laptop"], "laptop: there is a key of this name"),
        ],
    )
    def test_what_the_user_can_mend(self, tmp_path: Path, store: AuthStore, arguments: list[str], why: str):
        store.create_key("laptop")
        ended = at(tmp_path, *arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith(f"dashboard-admin: {why}")
        assert len(ended.stderr.splitlines()) == 1

    def test_none_at_all(self, tmp_path: Path):
        assert at(tmp_path, "list-keys").stdout == "name  created\n"
        assert not any(tmp_path.iterdir())


def test_log_out_all(tmp_path: Path, visit) -> None:
    site: AuthTestApp = visit()
    site.log_in()
    assert at(tmp_path, "log-out-all").stdout == "1 session ended.\n"
    assert site.get("/").status_code == 401
    assert at(tmp_path, "log-out-all").stdout == "0 sessions ended.\n"


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["create-key"], ["set-password", "x"]])
def test_what_is_no_command(arguments: list[str]) -> None:
    ended = admin(*arguments)
    assert ended.returncode == 2
    assert "usage: dashboard-admin" in ended.stderr


@pytest.mark.parametrize("content", ["no database", ""])
def test_a_file_that_is_none_of_ours(tmp_path: Path, content: str) -> None:
    file = auth_file(tmp_path)
    file.parent.mkdir()
    file.write_text(content)
    for command in (["list-keys"], ["set-password"], ["log-out-all"]):
        ended = at(tmp_path, *command, said=PASSWORD)
        assert ended.returncode == 2
        assert ended.stderr.startswith(f"dashboard-admin: {file}: ")
        assert len(ended.stderr.splitlines()) == 1


class TestFolder:
    def made(self, folder: Path) -> bool:
        return auth_file(folder).exists()

    def test_the_variable(self, tmp_path: Path):
        admin("set-password", said=PASSWORD, DASHBOARD_STATE_DIR=str(tmp_path / "a"))
        assert self.made(tmp_path / "a")

    def test_the_flag_beats_it(self, tmp_path: Path):
        flag = ("--state-dir", str(tmp_path / "b"))
        admin(*flag, "set-password", said=PASSWORD, DASHBOARD_STATE_DIR=str(tmp_path / "a"))
        assert self.made(tmp_path / "b")
        assert not self.made(tmp_path / "a")

    def test_the_files_of_settings_the_last_first(self, tmp_path: Path):
        files = [tmp_path / "one.env", tmp_path / "two.env", tmp_path / "three.env"]
        files[0].write_text(f"DASHBOARD_STATE_DIR={tmp_path / 'a'}\n")
        files[1].write_text(f"# a comment\nexport dashboard_state_dir='{tmp_path / 'b c'}'\n")
        files[2].write_text("DASHBOARD_STATE_DIR=\nDASHBOARD_SYMBOL=BTCUSDT\n")
        admin("set-password", said=PASSWORD, DASHBOARD_ENV_FILE=":".join(map(str, files)))
        assert self.made(tmp_path / "b c")
        assert not self.made(tmp_path / "a")

    def test_one_that_was_asked_for_has_to_be_there(self, tmp_path: Path):
        ended = admin("list-keys", DASHBOARD_ENV_FILE=str(tmp_path / "no.env"))
        assert ended.returncode == 2
        assert ended.stderr.startswith(f"dashboard-admin: {tmp_path / 'no.env'} cannot be read")


class TestRoot:
    @pytest.fixture
    def folder(self) -> Iterator[Path]:
        """A service's, in a place that its user can reach."""
        if os.geteuid() != 0:
            pytest.skip("only root works on the files of others")
        with tempfile.TemporaryDirectory(prefix="dashboard-admin-") as name:
            os.chown(name, NOBODY, NOBODY)
            yield Path(name)

    def test_what_it_makes_belongs_to_the_folders_owner(self, folder: Path):
        ended = at(folder, "set-password", said=PASSWORD)
        assert (ended.returncode, ended.stderr) == (0, "")
        at(folder, "create-key", "laptop")
        made = list(folder.rglob("*"))
        assert len(made) >= 2
        assert {(file.stat().st_uid, file.stat().st_gid) for file in made} == {(NOBODY, NOBODY)}

    def test_also_beside_a_running_service(self, folder: Path):
        at(folder, "set-password", said=PASSWORD)
        service = AuthStore(auth_file(folder))
        assert service.has_password
        at(folder, "create-key", "laptop")
        assert list(service.contents().keys) == ["laptop"]
        service.close()

    def test_it_is_not_led_astray(self, folder: Path):
        """The service's user may have put a link where the folder belongs."""
        with tempfile.TemporaryDirectory(prefix="roots-own-") as own:
            os.symlink(own, folder / "access")
            ended = at(folder, "set-password", said=PASSWORD)
            assert ended.returncode == 2
            assert os.listdir(own) == []
