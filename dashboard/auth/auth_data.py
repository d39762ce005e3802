"""The contents of the auth file at one moment: password, access keys, sessions, devices and clearings."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

EVERYONE = ""
"""Stands for all addresses among the clearings."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An access key, kept as its SHA-256."""

    digest: bytes = field(repr=False)
    created_at: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class AuthData:
    """One consistent reading of the file; empty if there is none. The same object means unchanged data."""

    password_hash: str | None = field(default=None, repr=False)
    keys: Mapping[str, StoredKey] = field(default_factory=dict)
    """By name."""
    sessions: Mapping[bytes, float] = field(default_factory=dict, repr=False)
    """End of each session, in seconds since 1970, by the SHA-256 of its token."""
    devices: frozenset[bytes] = field(default=frozenset(), repr=False)
    """SHA-256 of the ids of browsers that have logged in before."""

    clearings: Mapping[str, float] = field(default_factory=dict)
    """When failed logins were last forgotten, in seconds since 1970, by address or for EVERYONE."""

    def cleared_at(self, address: str) -> float:
        """Returns since when failed logins from an address count; 0 if they were never cleared."""
        return max(self.clearings.get(each, 0.0) for each in (EVERYONE, address))

    def has_session(self, digest: bytes, now: float) -> bool:
        """True if there is such a session and it has not expired."""
        return self.sessions.get(digest, 0) > now

    def next_expiry(self, now: float) -> float:
        """Returns when the next session expires; infinity if there is none."""
        return min((end for end in self.sessions.values() if end > now), default=math.inf)
