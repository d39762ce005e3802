"""The file of password, keys and sessions: for many processes, for nobody else's eyes, and never half."""

import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from dashboard.auth.auth_database import VERSION, AuthFileError, _check
from dashboard.auth.auth_store import AuthStore, WrongKeyName, digest
from dashboard.auth.passwords import PoorPassword, is_outdated
from dashboard.paths import auth_file
from tests.auth.conftest import PASSWORD

HOUR = 3600.0


class TestPassword:
    def test_nothing_is_there_at_first_and_nothing_is_made_by_asking(self, store: AuthStore):
        assert not store.has_password
        assert store.log_in("", 1) is None
        assert not store.path.parent.exists()

    def test_the_right_one_begins_a_session(self, store: AuthStore):
        store.set_password(PASSWORD)
        token = store.log_in(PASSWORD, 1)
        assert token
        assert store.has_session(token)
        assert store.log_in(PASSWORD + " ", 1) is None
        assert not store.has_session(token + "x")

    def test_a_new_one_ends_all_sessions(self, store: AuthStore):
        store.set_password(PASSWORD)
        token = store.log_in(PASSWORD, 1)
        store.set_password("another long password")
        assert not store.has_session(token)
        assert store.log_in(PASSWORD, 1) is None

    @pytest.mark.parametrize(
        "poor", ["", "   ", " " * 20, "too short", "x" * 513, "€" * 171, "x" * 20 + "\udcff"]
    )
    def test_a_poor_one_is_refused_without_being_told(self, store: AuthStore, poor: str):
        with pytest.raises(PoorPassword) as error:
            store.set_password(poor)
        assert not poor.strip() or poor not in str(error.value)
        assert not store.has_password

    def test_letters_are_the_same_however_they_are_encoded(self, store: AuthStore):
        store.set_password("Gru\u0308n und blau")
        assert store.log_in("Gr\u00fcn und blau", 1)

    def test_an_old_hash_is_renewed_at_the_login_and_sessions_stay(self, store: AuthStore):
        store.set_password(PASSWORD)
        before = store.log_in(PASSWORD, 1)
        old = PasswordHasher(time_cost=2, memory_cost=32).hash(PASSWORD)
        with closing(sqlite3.connect(store.path)) as connection, connection:
            connection.execute("UPDATE password SET hash = ?", (old,))
        assert store.log_in(PASSWORD, 1)
        assert not is_outdated(store.contents().password_hash)
        assert store.log_in(PASSWORD, 1)
        assert store.has_session(before)

    def test_no_session_begins_by_a_password_that_was_just_replaced(self, store, database, monkeypatch):
        store.set_password(PASSWORD)

        def slow(_password: str, _known: str) -> bool:
            AuthStore(database).set_password("another long password")
            return True

        monkeypatch.setattr("dashboard.auth.auth_store.matches", slow)
        assert store.log_in(PASSWORD, 1) is None
        assert not store.contents().sessions


class TestSessions:
    def test_it_ends_by_itself_and_its_row_goes(self, database: Path):
        now = 1_000_000.0
        store = AuthStore(database, lambda: now)
        store.set_password(PASSWORD)
        token = store.log_in(PASSWORD, 2)
        now += 2 * HOUR - 1
        assert store.has_session(token)
        assert store.contents().next_end(now) == now + 1
        now += 1
        assert not store.has_session(token)
        store.log_in(PASSWORD, 2)
        assert len(store.contents().sessions) == 1
        store.close()

    def test_log_out_ends_one_or_all(self, store: AuthStore):
        store.set_password(PASSWORD)
        first, second, third = (store.log_in(PASSWORD, 1) for _ in range(3))
        store.log_out(first)
        assert [store.has_session(one) for one in (first, second, third)] == [False, True, True]
        assert store.log_out_all() == 2
        assert not store.has_session(second)

    def test_the_oldest_makes_room(self, store: AuthStore, monkeypatch):
        monkeypatch.setattr("dashboard.auth.auth_store._MOST_SESSIONS", 2)
        store.set_password(PASSWORD)
        tokens = [store.log_in(PASSWORD, 1) for _ in range(3)]
        assert [store.has_session(one) for one in tokens] == [False, True, True]


class TestDevices:
    def test_one_is_known_after_a_login(self, store: AuthStore):
        store.set_password(PASSWORD)
        assert not store.log_in("another long password", 1, "phone")
        assert not store.knows("phone")
        token = store.log_in(PASSWORD, 1, "phone")
        assert store.knows("phone")
        assert not store.knows(token)
        store.log_out_all()
        assert store.knows("phone")

    def test_a_new_password_forgets_all(self, store: AuthStore):
        store.set_password(PASSWORD)
        store.log_in(PASSWORD, 1, "phone")
        store.set_password("another long password")
        assert not store.knows("phone")

    def test_the_one_that_was_not_used_for_longest_makes_room(self, store: AuthStore, monkeypatch):
        monkeypatch.setattr("dashboard.auth.devices._MOST", 2)
        store.set_password(PASSWORD)
        for device in ("phone", "laptop", "phone", "context"):
            store.log_in(PASSWORD, 1, device)
        assert [store.knows(one) for one in ("phone", "laptop", "context")] == [True, False, True]


class TestKeys:
    def test_they_come_and_go(self, store: AuthStore):
        key = store.create_key("laptop")
        assert len(key) >= 43
        assert list(store.contents().keys) == ["laptop"]
        store.revoke_key("laptop")
        assert not store.contents().keys

    @pytest.mark.parametrize("name", ["", "a b", "x" * 41, "line\nbreak", "../up", "a:b"])
    def test_a_name_that_cannot_be(self, store: AuthStore, name: str):
        with pytest.raises(WrongKeyName):
            store.create_key(name)

    def test_a_name_is_taken_or_unknown(self, store: AuthStore):
        store.create_key("laptop")
        with pytest.raises(WrongKeyName, match="revoke it, or take another name"):
            store.create_key("laptop")
        with pytest.raises(WrongKeyName, match="there is no key of this name"):
            store.revoke_key("phone")


def test_secrets_are_in_no_file_and_no_words(store: AuthStore):
    store.set_password(PASSWORD)
    secrets = [PASSWORD, store.log_in(PASSWORD, 1, "a browser's id"), store.create_key("laptop")]
    secrets.append("a browser's id")
    kept = b"".join(file.read_bytes() for file in store.path.parent.iterdir())
    for secret in secrets:
        assert secret.encode() not in kept
    assert store.contents().password_hash not in repr(store.contents())


def test_only_the_owner_can_read_it(store: AuthStore):
    before = os.umask(0)
    try:
        store.set_password(PASSWORD)
        store.contents()
    finally:
        os.umask(before)
    assert store.path.parent.stat().st_mode & 0o777 == 0o700
    files = list(store.path.parent.iterdir())
    assert len(files) >= 3  # the write-ahead log and its index, too
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@pytest.mark.parametrize("first", ["a reader", "a writer"])
def test_a_file_of_the_version_before_is_taken_over(store: AuthStore, database: Path, first: str):
    store.set_password(PASSWORD)
    token, key = store.log_in(PASSWORD, 1), store.create_key("laptop")
    store.close()
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript("DROP TABLE devices; PRAGMA user_version = 1;")
    if first == "a writer":
        AuthStore(database).create_key("phone")
    assert store.has_session(token)
    assert store.log_in(PASSWORD, 1, "phone")
    assert store.knows("phone")
    assert store.contents().keys["laptop"].digest == digest(key)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_two_take_it_over_at_once(store: AuthStore, database: Path, monkeypatch):
    store.set_password(PASSWORD)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript("DROP TABLE devices; PRAGMA user_version = 1;")
    both_have_looked = threading.Barrier(2, timeout=30)

    class Slow:
        def __init__(self, connection: sqlite3.Connection) -> None:
            self.execute, self._run = connection.execute, connection.executescript

        def executescript(self, script: str) -> None:
            both_have_looked.wait()
            self._run(script)

    monkeypatch.setattr(
        "dashboard.auth.auth_database._check", lambda path, connection: _check(path, Slow(connection))
    )
    with ThreadPoolExecutor(2) as threads:
        assert all(threads.map(AuthStore(database).create_key, "ab"))
    assert list(store.contents().keys) == ["a", "b"]


def test_without_a_folder_it_is_in_the_users_state_directory():
    assert auth_file().parts[-3:] == ("position-dashboard", "access", "access.db")


class TestManyProcesses:
    def test_what_one_changes_all_know_at_once(self, store: AuthStore, database: Path):
        assert not store.has_password
        other = AuthStore(database)
        other.set_password(PASSWORD)
        assert store.has_password
        token = store.log_in(PASSWORD, 1)
        assert other.has_session(token)
        other.log_out_all()
        assert not store.has_session(token)
        assert store.contents() is store.contents()
        other.close()

    def test_a_file_that_goes_or_is_replaced_is_noticed(
        self, store: AuthStore, database: Path, tmp_path: Path
    ):
        store.set_password(PASSWORD)
        assert store.has_password
        database.parent.rename(tmp_path / "away")
        assert not store.has_password
        AuthStore(database).create_key("laptop")
        assert list(store.contents().keys) == ["laptop"]

    def test_a_new_file_has_nothing_of_one_that_was_taken_away_while_in_use(
        self, store: AuthStore, database: Path, tmp_path: Path
    ):
        store.set_password("another long password")
        assert store.has_password  # holds the file: what is written now stays in the write-ahead log
        store.create_key("laptop")
        database.rename(tmp_path / "away.db")
        new = AuthStore(database)
        new.set_password(PASSWORD)
        for one in (new, store):
            assert not one.contents().keys
            assert one.log_in(PASSWORD, 1)
        new.close()

    def test_four_write_at_once_into_a_file_that_is_not_there(self, store: AuthStore, database: Path):
        writers = [
            start(database, f"for i in range(20): store.create_key(f'{name}-{{i}}')") for name in "abcd"
        ]
        assert [(writer.wait(60), writer.stderr.read()) for writer in writers] == [(0, "")] * 4
        assert len(store.contents().keys) == 80
        for writer in writers:
            writer.stderr.close()
            writer.stdout.close()

    def test_what_was_told_is_kept_whenever_it_is_killed(self, store: AuthStore, database: Path):
        writer = start(
            database,
            "import itertools\n"
            "for i in itertools.count(): print(store.create_key(f'k{i}') and f'k{i}', flush=True)",
        )
        told = [writer.stdout.readline().strip() for _ in range(25)]
        writer.kill()
        told += writer.communicate()[0].split("\n")[:-1]
        assert set(told) <= set(store.contents().keys)
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        store.create_key("after")

    def test_killed_while_it_makes_the_file(self, store: AuthStore, database: Path):
        writer = start(
            database,
            "import os, signal\nos.replace = lambda *_: os.kill(os.getpid(), 9)\nstore.create_key('a')",
        )
        assert writer.wait(60) == -9
        writer.communicate()
        assert not database.exists()
        assert not store.has_password
        store.set_password(PASSWORD)
        assert store.has_password
        assert not database.with_suffix(".new").exists()


def start(database: Path, code: str) -> "subprocess.Popen[str]":
    """A process with a store of its own."""
    head = "from pathlib import Path\nfrom dashboard.auth.auth_store import AuthStore\n"
    script = f"{head}store = AuthStore(Path({str(database)!r}))\n{code}"
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


class TestTrouble:
    @pytest.fixture(autouse=True)
    def _folder(self, database: Path) -> None:
        database.parent.mkdir()

    def says(self, store: AuthStore) -> str:
        with pytest.raises(AuthFileError) as reading:
            store.contents()
        with pytest.raises(AuthFileError) as writing:
            store.set_password(PASSWORD)
        for error in (reading, writing):
            assert str(store.path) in str(error.value)
            assert "\n" not in str(error.value)
            assert error.value.exit_code == 2
        return str(reading.value)

    def test_a_newer_file(self, store: AuthStore, database: Path):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        versions = f"version {VERSION + 1}, this one knows {VERSION}"
        assert f"a newer dashboard wrote it ({versions})" in self.says(store)

    @pytest.mark.parametrize("content", [b"this is not a database at all, and it is long", b""])
    def test_another_file(self, store: AuthStore, database: Path, content: bytes):
        database.write_bytes(content)
        assert self.says(store)

    def test_a_damaged_file(self, store: AuthStore, database: Path):
        store.set_password(PASSWORD)
        store.close()
        content = database.read_bytes()
        database.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
        assert "malformed" in self.says(store)

    def test_a_folder_in_its_place(self, store: AuthStore, database: Path):
        database.mkdir()
        self.says(store)

    def test_a_file_where_the_folder_belongs(self, tmp_path: Path):
        (tmp_path / "state").write_text("")
        store = AuthStore(auth_file(tmp_path / "state"))
        self.says(store)
