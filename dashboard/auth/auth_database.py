"""The SQLite file of password, access keys and sessions: creation, migration and connections."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from dashboard.errors import UsageError

VERSION = 3
"""Schema version, stored as the file's user_version."""
_DEVICES = "CREATE TABLE IF NOT EXISTS devices (digest BLOB PRIMARY KEY, seen_at REAL NOT NULL);"
_CLEARINGS = "CREATE TABLE IF NOT EXISTS clearings (address TEXT PRIMARY KEY, cleared_at REAL NOT NULL);"
_SCHEMA = f"""
BEGIN;
CREATE TABLE password (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), hash TEXT NOT NULL);
CREATE TABLE keys (name TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, created_at REAL NOT NULL);
CREATE TABLE sessions (digest BLOB PRIMARY KEY, created_at REAL NOT NULL, expires_at REAL NOT NULL);
{_DEVICES}
{_CLEARINGS}
PRAGMA user_version = {VERSION};
COMMIT;
"""
_MIGRATE = f"BEGIN IMMEDIATE; {_DEVICES} {_CLEARINGS} PRAGMA user_version = {VERSION}; COMMIT;"
"""Idempotent: another process may have migrated first."""
_LOCK_TIMEOUT_S = 5.0
"""Seconds to wait for another process that writes."""


class AuthFileError(UsageError):
    """The auth file cannot be read or written, or a newer dashboard wrote it."""


@contextmanager
def open_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Yields a connection in autocommit mode.

    Raises AuthFileError, also for database and file errors raised inside the block.
    """
    with _as_auth_file_error(path), closing(connect(path)) as connection:
        yield connection


def connect(path: Path, timeout_s: float = _LOCK_TIMEOUT_S) -> sqlite3.Connection:
    """Returns a connection to an existing file; the caller closes it. Raises AuthFileError."""
    with _as_auth_file_error(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=timeout_s,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            _migrate(path, connection)
        except BaseException:
            connection.close()
            raise
        return connection


def create_database(path: Path) -> None:
    """Creates the file, readable by its owner alone, unless it exists. Raises AuthFileError.

    It appears whole or not at all, also if several processes create it at once or one is killed.
    """
    with _as_auth_file_error(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            return
        with FileLock(path.with_suffix(".lock"), timeout=_LOCK_TIMEOUT_S, mode=0o600):
            if not path.exists():
                _create(path)


def _create(path: Path) -> None:
    new = path.with_suffix(".new")
    for leftover in path.parent.glob(new.name + "*"):  # of a process that was killed here
        leftover.unlink()
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(new, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
    for suffix in (
        "-wal",
        "-shm",
    ):  # of a file removed while in use: SQLite would replay them into the new one
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    os.replace(new, path)


def _migrate(path: Path, connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise AuthFileError(
            f"{path}: written by a newer dashboard (version {version}, this one reads {VERSION}): "
            "upgrade this dashboard"
        )
    if version in (1, 2):
        connection.executescript(_MIGRATE)
    elif version < VERSION:
        raise AuthFileError(
            f"{path}: is no file of passwords and keys: move it away, then set the password and keys again"
        )


@contextmanager
def _as_auth_file_error(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, Timeout) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise AuthFileError(f"{path}: passwords and keys cannot be read or written: {reason}") from None
