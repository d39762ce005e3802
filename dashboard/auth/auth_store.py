"""Keeps the password, the access keys and the sessions, for all processes that use one file."""

import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from dashboard.auth.auth_data import AuthData
from dashboard.auth.auth_database import make, opened
from dashboard.auth.cached_reader import CachedAuthReader
from dashboard.auth.devices import remember
from dashboard.auth.passwords import checked, hashed, is_outdated, matches
from dashboard.errors import UsageError
from dashboard.paths import auth_file

_KEY_NAME = re.compile(r"[\w.-]{1,40}")
_MOST_SESSIONS = 5_000
"""Sessions kept; beyond them the oldest ends. A program that logs in again and again fills no disk."""


class WrongKeyName(UsageError):
    """A name that no access key can have, that has one already, or that has none."""


def digest(token: str) -> bytes:
    """What is kept of a token or key: enough to know it again, not enough to use it."""
    return sha256(token.encode("utf-8", "replace")).digest()


class AuthStore:
    """For any thread, and any number of processes: what one changes, all know at their next question.

    Without a file there is nothing in it; the first change makes the file. Every method raises
    AccessFileError where the file cannot be read or written.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """Without a path: in the user's state directory. `clock` gives seconds since 1970."""
        self.path = path or auth_file()
        self.clock = clock
        self._reader = CachedAuthReader(self.path)

    def contents(self) -> AuthData:
        """What it says now; the same object as long as nothing changes."""
        return self._reader.contents()

    @property
    def has_password(self) -> bool:
        """Whether one is set."""
        return self.contents().password_hash is not None

    def has_session(self, token: str) -> bool:
        """Whether the token is of a session that has not ended."""
        return self.contents().has_session(digest(token), self.clock())

    def knows(self, device: str) -> bool:
        """Whether the browser with this id has logged in before, by the password of today."""
        return digest(device) in self.contents().devices

    def set_password(self, password: str) -> None:
        """Takes it instead of any before, ends all sessions, and knows no browser. Raises PoorPassword."""
        fresh = hashed(checked(password))
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO password VALUES (1, ?)", (fresh,))
            connection.execute("DELETE FROM sessions")
            connection.execute("DELETE FROM devices")

    def log_in(self, password: str, hours: float, device: str | None = None) -> str | None:
        """The token of a new session, or None if that is not the password. Takes as long either way.

        The id of a browser, `device`, is known from then on.
        """
        known = self.contents().password_hash
        if known is None or not matches(password, known):
            return None
        fresh = hashed(password) if is_outdated(known) else known
        token = secrets.token_urlsafe(32)
        with self._writing() as connection:
            # Only while the password is still the one that was compared.
            renewed = connection.execute("UPDATE password SET hash = ? WHERE hash = ?", (fresh, known))
            if renewed.rowcount != 1:
                return None
            self._add_session(connection, digest(token), hours)
            if device:
                remember(connection, digest(device), self.clock())
        return token

    def log_out(self, token: str) -> None:
        """Ends the session, if there is one."""
        with self._writing() as connection:
            connection.execute("DELETE FROM sessions WHERE digest = ?", (digest(token),))

    def log_out_all(self) -> int:
        """Ends all sessions, and tells how many there were."""
        with self._writing() as connection:
            self._forget_ended(connection)
            return connection.execute("DELETE FROM sessions").rowcount

    def create_key(self, name: str) -> str:
        """A new access key, which is not kept and cannot be told again. Raises WrongKeyName."""
        if not _KEY_NAME.fullmatch(name):
            raise WrongKeyName(f"{name!r}: name a key by up to 40 letters, digits, dots, dashes and _")
        key = secrets.token_urlsafe(32)
        with self._writing() as connection:
            row = (name, digest(key), self.clock())
            if connection.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", row).rowcount != 1:
                raise WrongKeyName(f"{name}: there is a key of this name: revoke it, or take another name")
        return key

    def revoke_key(self, name: str) -> None:
        """Ends a key. Raises WrongKeyName if there is none of this name."""
        with self._writing() as connection:
            if connection.execute("DELETE FROM keys WHERE name = ?", (name,)).rowcount != 1:
                raise WrongKeyName(f"{name}: there is no key of this name: see list-keys")

    def close(self) -> None:
        """Lets go of the file."""
        self._reader.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """All that is done inside happens, or nothing."""
        make(self.path)
        with opened(self.path) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    def _add_session(self, connection: sqlite3.Connection, known_by: bytes, hours: float) -> None:
        now = self.clock()
        self._forget_ended(connection)
        connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (known_by, now, now + hours * 3600))
        connection.execute(
            "DELETE FROM sessions WHERE rowid NOT IN"
            " (SELECT rowid FROM sessions ORDER BY created_at DESC, rowid DESC LIMIT ?)",
            (_MOST_SESSIONS,),
        )

    def _forget_ended(self, connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM sessions WHERE expires_at <= ?", (self.clock(),))
