"""Browsers that have logged in before: strangers who guess passwords do not lock them out."""

import sqlite3

_MOST = 1_000
"""Kept; beyond them the one whose last login is the oldest is forgotten."""


def remember(connection: sqlite3.Connection, digest: bytes, now: float) -> None:
    """Notes a login at `now`, in seconds since 1970, by the browser with the SHA-256 `digest` of its id."""
    connection.execute("INSERT OR REPLACE INTO devices VALUES (?, ?)", (digest, now))
    connection.execute(
        "DELETE FROM devices WHERE rowid NOT IN"
        " (SELECT rowid FROM devices ORDER BY seen_at DESC, rowid DESC LIMIT ?)",
        (_MOST,),
    )
