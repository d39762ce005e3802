"""Access keys of the API: their format in the settings, and the key that a request carries."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Scope

from dashboard.errors import SettingsError

_MIN_LENGTH = 16
_QUERY_NAMES = frozenset(("access_key", "api_key", "apikey", "key", "token", "x-api-key"))


def parse_access_keys(text: str | None) -> Mapping[str, bytes]:
    """Returns the SHA-256 of each key in `name:key,name:key`, by name.

    Raises SettingsError, without a key in its message.
    """
    entries = [part.strip() for part in (text or "").split(",") if part.strip()]
    return dict(_named_digests(entries))


def key_owner(headers: Headers, keys: Iterable[tuple[str, bytes]]) -> str | None:
    """Returns the name of the key that the request carries; None without a valid one.

    Compares every key, so that the time does not depend on which one is nearly right.
    """
    key = _sent_key(headers)
    if not key:
        return None
    digest = sha256(key.encode("latin-1", "replace")).digest()
    matching = [name for name, known in keys if hmac.compare_digest(known, digest)]
    return matching[0] if matching else None


def has_key_in_query(scope: Scope) -> bool:
    """True if the query string carries what looks like an access key: URLs end up in logs."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return any(name.lower() in _QUERY_NAMES for name in query)


def _sent_key(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return headers.get("x-api-key") or (token.strip() if scheme.lower() == "bearer" else "")


def _named_digests(entries: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        name, colon, key = (part.strip() for part in entry.partition(":"))
        if not colon or not name:
            raise SettingsError(f"--access-keys: entry {number} is not of the form NAME:KEY")
        if len(key) < _MIN_LENGTH:
            raise SettingsError(
                f"--access-keys: the key of {name} has {len(key)} characters: use at least {_MIN_LENGTH}"
            )
        if name in seen:
            raise SettingsError(f"--access-keys: the name {name} is used twice: give each key its own")
        seen.add(name)
        yield name, sha256(key.encode()).digest()
