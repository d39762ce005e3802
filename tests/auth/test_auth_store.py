"""The auth file: shared by processes, private to its owner, and never half written."""

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

from dashboard.auth.auth_database import VERSION, AuthFileError, _migrate
from dashboard.auth.auth_store import AuthStore, KeyNameError, digest
from dashboard.auth.passwords import UnacceptablePassword, needs_rehash
from dashboard.paths import auth_file
from tests.auth.conftest import PASSWORD
from tests.waiting import TIMEOUT_S

HOUR_S = 3600.0


class TestPassword:
    def test_reading_creates_no_file(self, store: AuthStore):
        assert not store.has_password
        assert store.log_in("", 1) is None
        assert not store.path.parent.exists()

    def test_right_password_starts_a_session(self, store: AuthStore):
        store.set_password(PASSWORD)
        token = store.log_in(PASSWORD, 1)
        assert token
        assert store.has_session(token)
        assert store.log_in(PASSWORD + " ", 1) is None
        assert not store.has_session(token + "x")

    def test_new_password_ends_all_sessions(self, store: AuthStore):
        store.set_password(PASSWORD)
        token = store.log_in(PASSWORD, 1)
        store.set_password("another long password")
        assert not store.has_session(token)
        assert store.log_in(PASSWORD, 1) is None

    @pytest.mark.parametrize(
        "password", ["", "   ", " " * 20, "too short", "x" * 513, "€" * 171, "x" * 20 + "\udcff"]
    )
    def test_unacceptable_password_is_refused_without_showing_it(self, store: AuthStore, password: str):
        with pytest.raises(UnacceptablePassword) as error:
            store.set_password(password)
        assert not password.strip() or password not in str(error.value)
        assert not store.has_password

    def test_unicode_forms_of_a_letter_are_equal(self, store: AuthStore):
        store.set_password("Gru\u0308n und blau")
        assert store.log_in("Gr\u00fcn und blau", 1)

    def test_outdated_hash_is_renewed_and_sessions_stay(self, store: AuthStore):
        store.set_password(PASSWORD)
        before = store.log_in(PASSWORD, 1)
        old = PasswordHasher(time_cost=2, memory_cost=32).hash(PASSWORD)
        with closing(sqlite3.connect(store.path)) as connection, connection:
            connection.execute("UPDATE password SET hash = ?", (old,))
        assert store.log_in(PASSWORD, 1)
        assert not needs_rehash(store.read().password_hash)
        assert store.log_in(PASSWORD, 1)
        assert store.has_session(before)

    def test_login_during_a_password_change_fails(self, store, database, monkeypatch):
        store.set_password(PASSWORD)

        def slow(_password: str, _known: str) -> bool:
            AuthStore(database).set_password("another long password")
            return True

        monkeypatch.setattr("dashboard.auth.auth_store.verify_password", slow)
        assert store.log_in(PASSWORD, 1) is None
        assert not store.read().sessions


class TestSessions:
    def test_session_expires_and_its_row_is_deleted(self, database: Path):
        now = 1_000_000.0
        store = AuthStore(database, lambda: now)
        store.set_password(PASSWORD)
        token = store.log_in(PASSWORD, 2)
        now += 2 * HOUR_S - 1
        assert store.has_session(token)
        assert store.read().next_expiry(now) == now + 1
        now += 1
        assert not store.has_session(token)
        store.log_in(PASSWORD, 2)
        assert len(store.read().sessions) == 1
        store.close()

    def test_log_out_of_one_or_all(self, store: AuthStore):
        store.set_password(PASSWORD)
        first, second, third = (store.log_in(PASSWORD, 1) for _ in range(3))
        store.log_out(first)
        assert [store.has_session(token) for token in (first, second, third)] == [False, True, True]
        assert store.log_out_all() == 2
        assert not store.has_session(second)

    def test_oldest_session_ends_beyond_the_limit(self, store: AuthStore, monkeypatch):
        monkeypatch.setattr("dashboard.auth.auth_store._MAX_SESSIONS", 2)
        store.set_password(PASSWORD)
        tokens = [store.log_in(PASSWORD, 1) for _ in range(3)]
        assert [store.has_session(token) for token in tokens] == [False, True, True]


class TestDevices:
    def test_device_is_known_after_a_login(self, store: AuthStore):
        store.set_password(PASSWORD)
        assert not store.log_in("another long password", 1, "phone")
        assert not store.is_known_device("phone")
        token = store.log_in(PASSWORD, 1, "phone")
        assert store.is_known_device("phone")
        assert not store.is_known_device(token)
        store.log_out_all()
        assert store.is_known_device("phone")

    def test_new_password_forgets_devices(self, store: AuthStore):
        store.set_password(PASSWORD)
        store.log_in(PASSWORD, 1, "phone")
        store.set_password("another long password")
        assert not store.is_known_device("phone")

    def test_least_recently_used_device_is_dropped_beyond_the_limit(self, store: AuthStore, monkeypatch):
        monkeypatch.setattr("dashboard.auth.auth_store._MAX_DEVICES", 2)
        store.set_password(PASSWORD)
        for device in ("phone", "laptop", "phone", "desktop"):
            store.log_in(PASSWORD, 1, device)
        assert [store.is_known_device(device) for device in ("phone", "laptop", "desktop")] == [
            True,
            False,
            True,
        ]


class TestKeys:
    def test_key_is_created_and_revoked(self, store: AuthStore):
        key = store.create_key("laptop")
        assert len(key) >= 43
        assert list(store.read().keys) == ["laptop"]
        store.revoke_key("laptop")
        assert not store.read().keys

    @pytest.mark.parametrize("name", ["", "a b", "x" * 41, "line\nbreak", "../up", "a:b"])
    def test_malformed_name_is_refused(self, store: AuthStore, name: str):
        with pytest.raises(KeyNameError):
            store.create_key(name)

    def test_used_or_unknown_name_is_refused(self, store: AuthStore):
        store.create_key("laptop")
        with pytest.raises(KeyNameError, match="revoke it, or choose another name"):
            store.create_key("laptop")
        with pytest.raises(KeyNameError, match="no key has this name"):
            store.revoke_key("phone")


def test_secrets_are_neither_in_a_file_nor_in_a_repr(store: AuthStore):
    store.set_password(PASSWORD)
    secrets = [PASSWORD, store.log_in(PASSWORD, 1, "a browser's id"), store.create_key("laptop")]
    secrets.append("a browser's id")
    kept = b"".join(file.read_bytes() for file in store.path.parent.iterdir())
    for secret in secrets:
        assert secret.encode() not in kept
    assert store.read().password_hash not in repr(store.read())


def test_files_are_readable_by_the_owner_only(store: AuthStore):
    before = os.umask(0)
    try:
        store.set_password(PASSWORD)
        store.read()
    finally:
        os.umask(before)
    assert store.path.parent.stat().st_mode & 0o777 == 0o700
    files = list(store.path.parent.iterdir())
    assert len(files) >= 3  # with the write-ahead log and its index
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


OLDER = {
    1: "DROP TABLE devices; DROP TABLE clearings; PRAGMA user_version = 1;",
    2: "DROP TABLE clearings; PRAGMA user_version = 2;",
}


@pytest.mark.parametrize("version", OLDER)
@pytest.mark.parametrize("first", ["a reader", "a writer"])
def test_file_of_an_older_version_is_migrated(store: AuthStore, database: Path, first: str, version: int):
    store.set_password(PASSWORD)
    token, key = store.log_in(PASSWORD, 1), store.create_key("laptop")
    store.close()
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(OLDER[version])
    if first == "a writer":
        AuthStore(database).create_key("phone")
    assert store.has_session(token)
    assert store.log_in(PASSWORD, 1, "phone")
    assert store.is_known_device("phone")
    assert store.read().keys["laptop"].digest == digest(key)
    store.clear_lockout("192.0.2.7")
    assert store.read().cleared_at("192.0.2.7") > 0
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_concurrent_migrations_succeed(store: AuthStore, database: Path, monkeypatch):
    store.set_password(PASSWORD)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(OLDER[1])
    both_have_read_the_version = threading.Barrier(2, timeout=TIMEOUT_S)

    class Slow:
        def __init__(self, connection: sqlite3.Connection) -> None:
            self.execute, self._run = connection.execute, connection.executescript

        def executescript(self, script: str) -> None:
            both_have_read_the_version.wait()
            self._run(script)

    monkeypatch.setattr(
        "dashboard.auth.auth_database._migrate", lambda path, connection: _migrate(path, Slow(connection))
    )
    with ThreadPoolExecutor(2) as threads:
        assert all(threads.map(AuthStore(database).create_key, "ab"))
    assert list(store.read().keys) == ["a", "b"]


def test_default_is_the_users_state_directory():
    assert auth_file().parts[-3:] == ("position-dashboard", "access", "access.db")


class TestManyProcesses:
    def test_change_of_one_process_is_read_by_all(self, store: AuthStore, database: Path):
        assert not store.has_password
        other = AuthStore(database)
        other.set_password(PASSWORD)
        assert store.has_password
        token = store.log_in(PASSWORD, 1)
        assert other.has_session(token)
        other.log_out_all()
        assert not store.has_session(token)
        assert store.read() is store.read()
        other.close()

    def test_removed_or_replaced_file_is_noticed(self, store: AuthStore, database: Path, tmp_path: Path):
        store.set_password(PASSWORD)
        assert store.has_password
        database.parent.rename(tmp_path / "away")
        assert not store.has_password
        AuthStore(database).create_key("laptop")
        assert list(store.read().keys) == ["laptop"]

    def test_new_file_is_empty_after_one_in_use_was_removed(
        self, store: AuthStore, database: Path, tmp_path: Path
    ):
        store.set_password("another long password")
        assert store.has_password  # keeps the file open: later writes stay in its write-ahead log
        store.create_key("laptop")
        database.rename(tmp_path / "away.db")
        new = AuthStore(database)
        new.set_password(PASSWORD)
        for reader in (new, store):
            assert not reader.read().keys
            assert reader.log_in(PASSWORD, 1)
        new.close()

    def test_four_processes_write_at_once_to_a_missing_file(self, store: AuthStore, database: Path):
        writers = [
            start(database, f"for i in range(20): store.create_key(f'{name}-{{i}}')") for name in "abcd"
        ]
        assert [(writer.wait(TIMEOUT_S), writer.stderr.read()) for writer in writers] == [(0, "")] * 4
        assert len(store.read().keys) == 80
        for writer in writers:
            writer.stderr.close()
            writer.stdout.close()

    def test_committed_keys_survive_a_kill(self, store: AuthStore, database: Path):
        writer = start(
            database,
            "import itertools\n"
            "for i in itertools.count(): print(store.create_key(f'k{i}') and f'k{i}', flush=True)",
        )
        printed = [writer.stdout.readline().strip() for _ in range(25)]
        writer.kill()
        printed += writer.communicate()[0].split("\n")[:-1]
        assert set(printed) <= set(store.read().keys)
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        store.create_key("after")

    def test_kill_during_creation_leaves_no_file(self, store: AuthStore, database: Path):
        writer = start(
            database,
            "import os, signal\nos.replace = lambda *_: os.kill(os.getpid(), 9)\nstore.create_key('a')",
        )
        assert writer.wait(TIMEOUT_S) == -9
        writer.communicate()
        assert not database.exists()
        assert not store.has_password
        store.set_password(PASSWORD)
        assert store.has_password
        assert not database.with_suffix(".new").exists()


def start(database: Path, code: str) -> "subprocess.Popen[str]":
    """Starts a process with its own store."""
    head = "from pathlib import Path\nfrom dashboard.auth.auth_store import AuthStore\n"
    script = f"{head}store = AuthStore(Path({str(database)!r}))\n{code}"
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


class TestUnusableFile:
    @pytest.fixture(autouse=True)
    def _directory(self, database: Path) -> None:
        database.parent.mkdir()

    def error(self, store: AuthStore) -> str:
        with pytest.raises(AuthFileError) as reading:
            store.read()
        with pytest.raises(AuthFileError) as writing:
            store.set_password(PASSWORD)
        for raised in (reading, writing):
            assert str(store.path) in str(raised.value)
            assert "\n" not in str(raised.value)
            assert raised.value.exit_code == 2
        return str(reading.value)

    def test_newer_file_is_refused(self, store: AuthStore, database: Path):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        versions = f"version {VERSION + 1}, this one reads {VERSION}"
        assert f"written by a newer dashboard ({versions})" in self.error(store)

    @pytest.mark.parametrize("content", [b"this is not a database at all, and it is long", b""])
    def test_file_without_the_schema_is_refused(self, store: AuthStore, database: Path, content: bytes):
        database.write_bytes(content)
        assert self.error(store)

    def test_damaged_file_is_refused(self, store: AuthStore, database: Path):
        store.set_password(PASSWORD)
        store.close()
        content = database.read_bytes()
        database.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
        assert "malformed" in self.error(store)

    def test_directory_in_place_of_the_file_is_refused(self, store: AuthStore, database: Path):
        database.mkdir()
        self.error(store)

    def test_file_in_place_of_the_directory_is_refused(self, tmp_path: Path):
        (tmp_path / "state").write_text("")
        store = AuthStore(auth_file(tmp_path / "state"))
        self.error(store)
