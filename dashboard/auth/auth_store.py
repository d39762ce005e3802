"""The password, access keys and sessions, shared by all processes that use one file."""

import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from dashboard.auth.auth_data import EVERYONE, AuthData
from dashboard.auth.auth_database import create_database, open_database
from dashboard.auth.cached_reader import CachedAuthReader
from dashboard.auth.passwords import hash_password, needs_rehash, validate_password, verify_password
from dashboard.errors import UsageError
from dashboard.paths import auth_file

_KEY_NAME = re.compile(r"[\w.-]{1,40}")
_MAX_SESSIONS = 5_000
"""Sessions kept; beyond them the oldest ends, so that a program that logs in repeatedly fills no disk."""
_MAX_DEVICES = 1_000
"""Devices kept; beyond them the least recently used is dropped."""

_CLEARINGS_KEPT_S = 24 * 3600
"""Seconds after which a clearing is dropped: longer than failed logins count."""


class KeyNameError(UsageError):
    """The name of an access key is malformed, already used, or unknown."""


def digest(token: str) -> bytes:
    """Returns the SHA-256 under which a token, key or device id is stored."""
    return sha256(token.encode("utf-8", "replace")).digest()


class AuthStore:
    """Reads and writes the auth file; other processes see a change at their next read. Thread-safe.

    Without a file the store is empty; the first write creates it. Every method raises AuthFileError
    if the file cannot be read or written.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """Uses the user's state directory if no path is given. `clock` returns seconds since 1970."""
        self.path = path or auth_file()
        self.clock = clock
        self._reader = CachedAuthReader(self.path)

    def read(self) -> AuthData:
        """Returns the current data; the same object while nothing changes."""
        return self._reader.read()

    @property
    def has_password(self) -> bool:
        """True if a password is set."""
        return self.read().password_hash is not None

    def has_session(self, token: str) -> bool:
        """True if the token belongs to a session that has not expired."""
        return self.read().has_session(digest(token), self.clock())

    def is_known_device(self, device: str) -> bool:
        """True if the browser with this id has logged in with the current password."""
        return digest(device) in self.read().devices

    def set_password(self, password: str) -> None:
        """Replaces the password, and drops all sessions and devices. Raises UnacceptablePassword."""
        new_hash = hash_password(validate_password(password))
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO password VALUES (1, ?)", (new_hash,))
            connection.execute("DELETE FROM sessions")
            connection.execute("DELETE FROM devices")

    def log_in(self, password: str, session_hours: float, device: str | None = None) -> str | None:
        """Returns the token of a new session, or None for a wrong password; both take equally long.

        Remembers `device`, the id of the browser, if one is given.
        """
        known = self.read().password_hash
        if known is None or not verify_password(password, known):
            return None
        new_hash = hash_password(password) if needs_rehash(known) else known
        token = secrets.token_urlsafe(32)
        with self._transaction() as connection:
            # Only while the password that was verified is still set.
            updated = connection.execute("UPDATE password SET hash = ? WHERE hash = ?", (new_hash, known))
            if updated.rowcount != 1:
                return None
            self._add_session(connection, digest(token), session_hours)
            if device:
                self._add_device(connection, digest(device))
        return token

    def log_out(self, token: str) -> None:
        """Ends the session, if there is one."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE digest = ?", (digest(token),))

    def log_out_all(self) -> int:
        """Ends all sessions. Returns how many there were."""
        with self._transaction() as connection:
            self._delete_expired(connection)
            return connection.execute("DELETE FROM sessions").rowcount

    def create_key(self, name: str) -> str:
        """Returns a new access key, of which only the SHA-256 is stored. Raises KeyNameError."""
        if not _KEY_NAME.fullmatch(name):
            raise KeyNameError(f"{name!r}: name a key by up to 40 letters, digits, dots, dashes and _")
        key = secrets.token_urlsafe(32)
        with self._transaction() as connection:
            row = (name, digest(key), self.clock())
            if connection.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", row).rowcount != 1:
                raise KeyNameError(f"{name}: a key of this name exists: revoke it, or choose another name")
        return key

    def revoke_key(self, name: str) -> None:
        """Deletes a key. Raises KeyNameError if there is none of this name."""
        with self._transaction() as connection:
            if connection.execute("DELETE FROM keys WHERE name = ?", (name,)).rowcount != 1:
                raise KeyNameError(f"{name}: no key has this name: see list-keys")

    def clear_lockout(self, address: str = EVERYONE) -> None:
        """Forgets the failed logins of an address, in every process from its next attempt on."""
        with self._transaction() as connection:
            now = self.clock()
            connection.execute("DELETE FROM clearings WHERE cleared_at < ?", (now - _CLEARINGS_KEPT_S,))
            connection.execute("INSERT OR REPLACE INTO clearings VALUES (?, ?)", (address, now))

    def close(self) -> None:
        """Closes the file; the next read opens it again."""
        self._reader.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Commits all changes made inside, or none of them."""
        create_database(self.path)
        with open_database(self.path) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    def _add_session(self, connection: sqlite3.Connection, token_digest: bytes, hours: float) -> None:
        now = self.clock()
        self._delete_expired(connection)
        connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (token_digest, now, now + hours * 3600))
        connection.execute(
            "DELETE FROM sessions WHERE rowid NOT IN"
            " (SELECT rowid FROM sessions ORDER BY created_at DESC, rowid DESC LIMIT ?)",
            (_MAX_SESSIONS,),
        )

    def _delete_expired(self, connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM sessions WHERE expires_at <= ?", (self.clock(),))

    def _add_device(self, connection: sqlite3.Connection, device_digest: bytes) -> None:
        connection.execute("INSERT OR REPLACE INTO devices VALUES (?, ?)", (device_digest, self.clock()))
        connection.execute(
            "DELETE FROM devices WHERE rowid NOT IN"
            " (SELECT rowid FROM devices ORDER BY seen_at DESC, rowid DESC LIMIT ?)",
            (_MAX_DEVICES,),
        )
