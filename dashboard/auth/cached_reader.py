"""Cached reads of the auth file, refreshed when any process has changed it."""

import os
import sqlite3
import threading
from pathlib import Path

from dashboard.auth.auth_data import AuthData, StoredKey
from dashboard.auth.auth_database import AuthFileError, connect

_EMPTY = AuthData()
_LOCK_TIMEOUT_S = 1.0
"""Seconds to wait for a lock; readers hardly ever wait in WAL mode."""


class CachedAuthReader:
    """Keeps one connection and the last data; checking that it is current takes microseconds. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file_id: tuple[int, int] | None = None
        self._connection: sqlite3.Connection | None = None
        self._data_version = -1
        self._data = _EMPTY

    def read(self) -> AuthData:
        """Returns the current data. Raises AuthFileError."""
        with self._lock:
            try:
                self._reopen_if_replaced()
                return self._refresh() if self._connection else _EMPTY
            except (sqlite3.Error, OSError) as error:
                self._close()
                raise AuthFileError(f"{self._path}: passwords and keys cannot be read: {error}") from None

    def close(self) -> None:
        """Closes the file; the next read opens it again."""
        with self._lock:
            self._close()

    def _reopen_if_replaced(self) -> None:
        """Follows the path: the file may have been created, removed or replaced."""
        try:
            status = os.stat(self._path)
            file_id = (status.st_dev, status.st_ino)
        except FileNotFoundError:
            file_id = None
        if file_id != self._file_id:
            self._close()
            self._connection = connect(self._path, _LOCK_TIMEOUT_S) if file_id else None
            self._file_id = file_id

    def _refresh(self) -> AuthData:
        assert self._connection is not None
        # Queried before the data: a write in between is noticed by the next read.
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._data_version:
            self._data = _read_all(self._connection)
            self._data_version = version
        return self._data

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
        self._file_id, self._connection, self._data_version = None, None, -1


def _read_all(connection: sqlite3.Connection) -> AuthData:
    connection.execute("BEGIN")  # one snapshot for all tables
    try:
        password = connection.execute("SELECT hash FROM password").fetchone()
        keys = connection.execute("SELECT name, digest, created_at FROM keys ORDER BY name").fetchall()
        sessions = connection.execute("SELECT digest, expires_at FROM sessions").fetchall()
        devices = connection.execute("SELECT digest FROM devices").fetchall()
        clearings = connection.execute("SELECT address, cleared_at FROM clearings").fetchall()
    finally:
        connection.execute("COMMIT")
    return AuthData(
        password[0] if password else None,
        {name: StoredKey(digest, created_at) for name, digest, created_at in keys},
        dict(sessions),
        frozenset(digest for (digest,) in devices),
        dict(clearings),
    )
