"""Reads the file of password, keys and sessions again when it has changed, whoever changed it."""

import os
import sqlite3
import threading
from pathlib import Path

from dashboard.auth.auth_data import AuthData, StoredKey
from dashboard.auth.auth_database import AuthFileError, connect

_NOTHING = AuthData()
_WAIT = 1.0
"""Seconds that a reader waits for the file; in WAL mode it hardly ever has to."""


class CachedAuthReader:
    """Keeps one connection, and what it read last: to ask whether that is still so takes microseconds.

    For any thread.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._file: tuple[int, int] | None = None
        self._connection: sqlite3.Connection | None = None
        self._version = -1
        self._contents = _NOTHING

    def contents(self) -> AuthData:
        """What the file says now. Raises AuthFileError."""
        with self._turn:
            try:
                self._follow()
                return self._read() if self._connection else _NOTHING
            except (sqlite3.Error, OSError) as error:
                self._close()
                raise AuthFileError(f"{self._path}: passwords and keys cannot be read: {error}") from None

    def close(self) -> None:
        """Lets go of the file; the next question opens it again."""
        with self._turn:
            self._close()

    def _follow(self) -> None:
        """Opens the file that is there now: it may have been made, taken away or replaced."""
        try:
            found = os.stat(self._path)
            file = (found.st_dev, found.st_ino)
        except FileNotFoundError:
            file = None
        if file != self._file:
            self._close()
            self._connection = connect(self._path, _WAIT) if file else None
            self._file = file

    def _read(self) -> AuthData:
        assert self._connection is not None
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:  # asked before reading: what is written meanwhile is read next time
            self._contents = _contents(self._connection)
            self._version = version
        return self._contents

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
        self._file, self._connection, self._version = None, None, -1


def _contents(connection: sqlite3.Connection) -> AuthData:
    connection.execute("BEGIN")  # one moment for all four
    try:
        password = connection.execute("SELECT hash FROM password").fetchone()
        keys = connection.execute("SELECT name, digest, created_at FROM keys ORDER BY name").fetchall()
        sessions = connection.execute("SELECT digest, expires_at FROM sessions").fetchall()
        devices = connection.execute("SELECT digest FROM devices").fetchall()
    finally:
        connection.execute("COMMIT")
    return AuthData(
        password[0] if password else None,
        {name: StoredKey(digest, created_at) for name, digest, created_at in keys},
        dict(sessions),
        frozenset(digest for (digest,) in devices),
    )
