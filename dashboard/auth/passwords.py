"""The password: how long it may be, and its hash, by argon2id as the library recommends it."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboard.errors import UsageError

SHORTEST = 10
"""Characters of a password."""
LONGEST = 512
"""Bytes of it in UTF-8: any that is taken has to fit into the login's form."""
_HASHER = PasswordHasher()


class PoorPassword(UsageError):
    """A password that is no good; the message says why, and not what it was."""


def checked(password: str) -> str:
    """The password. Raises PoorPassword."""
    if not password.strip():
        raise PoorPassword("the password is empty: nothing was changed")
    if len(password) < SHORTEST:
        raise PoorPassword(
            f"the password has {len(password)} characters, and needs {SHORTEST}: nothing was changed"
        )
    if _size(password) > LONGEST:
        raise PoorPassword(f"the password is longer than {LONGEST} bytes: nothing was changed")
    return password


def _size(password: str) -> int:
    try:
        return len(password.encode())
    except UnicodeEncodeError:  # Python reads a terminal that is no UTF-8 into what cannot be written
        raise PoorPassword("the password is no UTF-8: nothing was changed") from None


def hashed(password: str) -> str:
    """Its hash, which says by what parameters it was made. Takes some 50 ms and 64 MiB."""
    return _HASHER.hash(_normal(password))


def matches(password: str, known: str) -> bool:
    """Whether `known` is a hash of the password. Takes as long and as much as `hashed`, whatever it says."""
    try:
        return _HASHER.verify(known, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(known: str) -> bool:
    """Whether a hash was made by other parameters than those of today."""
    return _HASHER.check_needs_rehash(known)


def _normal(password: str) -> str:
    """One spelling for letters that keyboards and systems encode differently."""
    return unicodedata.normalize("NFC", password)
