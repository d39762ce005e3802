"""The file of password, access keys and sessions: made whole, opened, and refused where it is not ours."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from dashboard.errors import UsageError

VERSION = 2
"""Of the tables; the file carries it as its user_version."""
_DEVICES = "CREATE TABLE IF NOT EXISTS devices (digest BLOB PRIMARY KEY, seen_at REAL NOT NULL);"
_TABLES = f"""
BEGIN;
CREATE TABLE password (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), hash TEXT NOT NULL);
CREATE TABLE keys (name TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, created_at REAL NOT NULL);
CREATE TABLE sessions (digest BLOB PRIMARY KEY, created_at REAL NOT NULL, expires_at REAL NOT NULL);
{_DEVICES}
PRAGMA user_version = {VERSION};
COMMIT;
"""
_FROM_1 = f"BEGIN IMMEDIATE; {_DEVICES} PRAGMA user_version = {VERSION}; COMMIT;"
"""Does no harm where another process was faster."""
_LOCK_WAIT = 5.0
"""Seconds to wait for another process that writes."""


class AuthFileError(UsageError):
    """The file of password, keys and sessions cannot be read or written, or is a newer dashboard's."""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for a few statements, each of which is a transaction unless one is begun.

    Raises AuthFileError, for whatever goes wrong inside, too.
    """
    with _explained(path), closing(connect(path)) as connection:
        yield connection


def connect(path: Path, wait: float = _LOCK_WAIT) -> sqlite3.Connection:
    """A connection to a file that is there, to be closed by the caller. Raises AuthFileError."""
    with _explained(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=wait,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            _check(path, connection)
        except BaseException:
            connection.close()
            raise
        return connection


def make(path: Path) -> None:
    """Makes the file, for its owner alone, if it is not there. Raises AuthFileError.

    It appears whole or not at all, whoever else makes it meanwhile and wherever this is interrupted.
    """
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            return
        with FileLock(path.with_suffix(".lock"), timeout=_LOCK_WAIT, mode=0o600):
            if not path.exists():
                _make(path)


def _make(path: Path) -> None:
    new = path.with_suffix(".new")
    for left in path.parent.glob(new.name + "*"):  # by one that was killed here
        left.unlink()
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(new, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_TABLES)
    for suffix in ("-wal", "-shm"):  # of one that was taken away while in use: it would be played into this
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    os.replace(new, path)


def _check(path: Path, connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise AuthFileError(
            f"{path}: a newer dashboard wrote it (version {version}, this one knows {VERSION}): use that one"
        )
    if version == 1:
        connection.executescript(_FROM_1)
    elif version < VERSION:
        raise AuthFileError(f"{path}: is no file of passwords and keys: move it away, and set them anew")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, Timeout) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise AuthFileError(f"{path}: passwords and keys cannot be read or written: {reason}") from None
