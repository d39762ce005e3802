"""What the file of password, access keys and sessions says at one moment."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An access key, of which only the SHA-256 is known."""

    digest: bytes = field(repr=False)
    created_at: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class AuthData:
    """All of it; nothing where there is no file. Compare by identity: the same object, the same contents."""

    password_hash: str | None = field(default=None, repr=False)
    keys: Mapping[str, StoredKey] = field(default_factory=dict)
    """By name."""
    sessions: Mapping[bytes, float] = field(default_factory=dict, repr=False)
    """When each ends, in seconds since 1970, by the SHA-256 of its token."""
    devices: frozenset[bytes] = field(default=frozenset(), repr=False)
    """SHA-256 of the ids of browsers that have logged in before."""

    def has_session(self, digest: bytes, now: float) -> bool:
        """Whether a session is there that has not ended."""
        return self.sessions.get(digest, 0) > now

    def next_end(self, now: float) -> float:
        """When the next session ends by itself; infinity if there is none."""
        return min((end for end in self.sessions.values() if end > now), default=math.inf)
