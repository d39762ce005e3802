"""Length rules and hashing of the password: argon2id with the library's recommended parameters."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboard.errors import UsageError

MIN_CHARACTERS = 10
MAX_BYTES = 512
"""Bytes in UTF-8: every accepted password has to fit into the login form."""
_HASHER = PasswordHasher()


class UnacceptablePassword(UsageError):
    """A new password is empty, too short, too long or no UTF-8. The message does not contain it."""


def validate_password(password: str) -> str:
    """Returns the password. Raises UnacceptablePassword."""
    if not password.strip():
        raise UnacceptablePassword("the password is empty: nothing was changed")
    if len(password) < MIN_CHARACTERS:
        raise UnacceptablePassword(
            f"the password has {len(password)} characters, and needs {MIN_CHARACTERS}: nothing was changed"
        )
    if _byte_count(password) > MAX_BYTES:
        raise UnacceptablePassword(f"the password is longer than {MAX_BYTES} bytes: nothing was changed")
    return password


def hash_password(password: str) -> str:
    """Returns the hash, which includes its parameters. Takes about 50 ms and 64 MiB."""
    return _HASHER.hash(_normalized(password))


def verify_password(password: str, known: str) -> bool:
    """True if `known` is a hash of the password. Costs as much as `hash_password` for either result."""
    try:
        return _HASHER.verify(known, _normalized(password))
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(known: str) -> bool:
    """True if a hash was made with other parameters than the current ones."""
    return _HASHER.check_needs_rehash(known)


def _byte_count(password: str) -> int:
    try:
        return len(password.encode())
    except UnicodeEncodeError:  # surrogates, by which Python reads bytes that are no UTF-8
        raise UnacceptablePassword("the password is no UTF-8: nothing was changed") from None


def _normalized(password: str) -> str:
    """Returns Unicode's NFC: keyboards and systems encode the same letter differently."""
    return unicodedata.normalize("NFC", password)
