"""The access policy: the one place that decides who may enter, for pages, API, websockets and metrics."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from starlette.datastructures import Headers
from starlette.types import Scope

from dashboard.auth import refusals
from dashboard.auth.access_keys import has_key_in_query, key_owner
from dashboard.auth.access_rules import AccessRules
from dashboard.auth.allowed_hosts import is_allowed_host
from dashboard.auth.auth_data import AuthData
from dashboard.auth.auth_store import digest
from dashboard.auth.cookies import session_token
from dashboard.auth.decision import ANONYMOUS, OPEN, Decision, Principal, PrincipalKind, allow
from dashboard.auth.origin import is_same_origin
from dashboard.auth.proxy_signs import proxy_sign
from dashboard.auth.responses import accepts_html

HEALTH_PATHS = frozenset(("/healthz", "/readyz"))
"""Readable without a login, for load balancers and service managers."""
LOGIN_PATHS = frozenset(
    (
        "/login",
        "/logout",
        "/assets/css/1-tokens.css",
        "/assets/early/theme.js",
        "/assets/login/login.css",
        "/assets/vendor/inter-latin-wght-normal.woff2",
        "/assets/favicon.svg",
    )
)
"""Readable without a login, in order to log in."""
_API_PREFIX = "/api/v1/"


class AuthSource(Protocol):
    """The part of AuthStore that the policy reads."""

    clock: Callable[[], float]

    def read(self) -> AuthData:
        """Returns the current data. Raises AuthFileError."""


class AccessPolicy:
    """Open to this machine until there is a password or an access key, or a login is required.

    Closed from then on until the process exits: so the loss of the file locks the dashboard instead of
    opening it. What a proxy passes on is never open.
    """

    def __init__(self, rules: AccessRules, store: AuthSource) -> None:
        self._rules = rules
        self.store = store
        self._locked = rules.login_required
        self._needs_key = bool(rules.keys)

    def decide(self, scope: Scope) -> Decision:
        """Decides on a request or on the handshake of a websocket. Raises AuthFileError."""
        headers = Headers(scope=scope)
        if not is_allowed_host(headers.get("host", ""), self._rules.hosts):
            return refusals.HOST_NOT_ALLOWED
        if _changes_state(scope) and not is_same_origin(scope):
            return refusals.CROSS_SITE
        if scope["path"] in HEALTH_PATHS:
            return allow(ANONYMOUS)
        data = self.store.read()
        principal = self._principal(scope, headers, data)
        refusal = self._refuse_login(scope, headers, data, principal)
        if scope["path"].startswith(_API_PREFIX):
            decision = self._refuse_api(scope, headers) or refusal
            return replace(decision or allow(principal), cors_origins=self._rules.origins)
        if refusal is None and scope["type"] == "websocket" and not is_same_origin(scope):
            return refusals.CROSS_SITE
        return refusal or allow(principal)

    def _principal(self, scope: Scope, headers: Headers, data: AuthData) -> Principal:
        self._locked = self._locked or data.password_hash is not None
        self._needs_key = self._needs_key or bool(data.keys)
        token = session_token(scope)
        if token is not None and data.has_session(digest(token), self.store.clock()):
            return Principal(PrincipalKind.SESSION, digest(token).hex())
        if accepts_keys(scope["path"]):
            stored = ((name, key.digest) for name, key in data.keys.items())
            owner = key_owner(headers, (*self._rules.keys.items(), *stored))
            if owner is not None:
                return Principal(PrincipalKind.ACCESS_KEY, owner)
        return ANONYMOUS if self._locked or self._needs_key else OPEN

    def _refuse_login(
        self, scope: Scope, headers: Headers, data: AuthData, principal: Principal
    ) -> Decision | None:
        """Refuses callers without a session or a key, unless the dashboard is open to them."""
        if data.password_hash is None:
            return self._refuse_without_password(scope, principal)
        if principal.kind is not PrincipalKind.NONE or scope["path"] in LOGIN_PATHS:
            return None
        if _is_navigation(scope, headers):
            return refusals.redirect_to_login(scope)
        return refusals.LOGIN_OR_KEY_REQUIRED if accepts_keys(scope["path"]) else refusals.LOGIN_REQUIRED

    def _refuse_without_password(self, scope: Scope, principal: Principal) -> Decision | None:
        """Refuses everyone if a login is required or a proxy is in between; else those without a key."""
        if self._locked:
            return refusals.NO_PASSWORD
        if sign := proxy_sign(scope):
            return refusals.behind_proxy(sign)
        if principal.kind is not PrincipalKind.NONE:
            return None
        return refusals.KEY_REQUIRED if accepts_keys(scope["path"]) else refusals.KEYS_BUT_NO_PASSWORD

    def _refuse_api(self, scope: Scope, headers: Headers) -> Decision | None:
        """Refuses unlisted sites, and keys in the URL."""
        if not is_same_origin(scope) and headers.get("origin") not in self._rules.origins:
            return refusals.ORIGIN_NOT_ALLOWED
        if has_key_in_query(scope):
            return refusals.KEY_IN_QUERY
        return None


def accepts_keys(path: str) -> bool:
    """True for what programs read: there an access key replaces a session."""
    return path in ("/metrics", "/api") or path.startswith("/api/")


def _changes_state(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS")


def _is_navigation(scope: Scope, headers: Headers) -> bool:
    """True if a browser opens a page, and can be shown the login instead."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return False
    return not scope["path"].startswith((_API_PREFIX, "/metrics")) and accepts_html(headers)
