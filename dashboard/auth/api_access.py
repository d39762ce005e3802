"""Who may use the API: owners of access keys, and other sites' pages that are on a list."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from dashboard.auth.auth_store import AuthStore
from dashboard.auth.origin import origin_allowed
from dashboard.errors import SettingsError

_SHORTEST = 16
"""Characters of an access key."""
SESSION = "dashboard.session"
"""The entry of a scope that says: who asks has logged in."""
_IN_QUERY = ("access_key", "api_key", "apikey", "key", "token", "x-api-key")


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """Who may use the API: owners of a key, where there are keys, and pages of some sites."""

    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """SHA-256 of each key of the settings, by the name of its owner."""
    origins: tuple[str, ...] = ()
    """Sites like https://example.org whose pages may use it, beside our own."""
    store: AuthStore | None = field(default=None, repr=False)
    """Has more keys, which come and go."""

    @classmethod
    def of(
        cls, access_keys: str | None, allowed_origins: str | None, store: AuthStore | None = None
    ) -> "ApiAccess":
        """From the settings' texts. Raises SettingsError, without a key in its message."""
        origins = tuple(map(_origin, _listed(allowed_origins)))
        return cls(dict(_keys(_listed(access_keys))), origins, store)

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """HTTP status and reason why a request may not enter; None if it may."""
        headers = Headers(scope=scope)
        if not self.origin_allowed(headers):
            return 403, "this site's pages may not use the API: see --allowed-origins"
        query = scope.get("query_string", b"").decode("latin-1")
        if any(name.lower() in _IN_QUERY for name in parse_qs(query)):
            return 400, "an access key belongs into the header X-API-Key: an address is logged by others"
        if not scope.get(SESSION) and self._all_keys() and self.owner(headers) is None:
            return 401, "an access key is needed: X-API-Key, or Authorization: Bearer"
        return None

    def owner(self, headers: Headers) -> str | None:
        """Whose key the request carries. Takes the same time for every wrong one."""
        given = headers.get("x-api-key") or ""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if not given and scheme.lower() == "bearer":
            given = token.strip()
        digest = sha256(given.encode("latin-1", "replace")).digest()
        found = [name for name, key in self._all_keys() if hmac.compare_digest(key, digest)]
        return found[0] if found else None

    def _all_keys(self) -> list[tuple[str, bytes]]:
        stored = self.store.contents().keys if self.store else {}
        return [*self.keys.items(), *((name, key.digest) for name, key in stored.items())]

    def origin_allowed(self, headers: Headers) -> bool:
        """Whether a request comes from a program, our own page, or a site on the list."""
        return origin_allowed(headers) or headers.get("origin") in self.origins


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _keys(pairs: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    seen: set[str] = set()
    for place, pair in enumerate(pairs, 1):
        name, colon, key = (part.strip() for part in pair.partition(":"))
        if not colon or not name:
            raise SettingsError(f"--access-keys: entry {place} is not like laptop:the-key")
        if len(key) < _SHORTEST:
            raise SettingsError(f"--access-keys: the key of {name} has fewer than {_SHORTEST} characters")
        if name in seen:
            raise SettingsError(f"--access-keys: {name} is there twice")
        seen.add(name)
        yield name, sha256(key.encode()).digest()


def _origin(text: str) -> str:
    try:
        parts = urlsplit(text)
        whole = f"{parts.scheme}://{parts.netloc}" == text and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        whole = False
    if not whole or parts.scheme not in ("http", "https") or "*" in text or "@" in text:
        raise SettingsError(f"--allowed-origins {text!r}: write it like https://example.org")
    return text
