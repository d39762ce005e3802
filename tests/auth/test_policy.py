"""The access policy as a table: a scope and the state of the auth data give a decision."""

from dataclasses import replace
from hashlib import sha256

import pytest
from starlette.types import Scope

from dashboard.auth import refusals
from dashboard.auth.access_rules import AccessRules
from dashboard.auth.auth_data import AuthData
from dashboard.auth.auth_database import AuthFileError
from dashboard.auth.auth_store import AuthStore
from dashboard.auth.decision import ANONYMOUS, OPEN, Decision, Principal, PrincipalKind, allow
from dashboard.auth.policy import HEALTH_PATHS, LOGIN_PATHS, AccessPolicy
from tests.auth.builders import NOW, STORED_KEY, TOKEN, FakeAuthStore, auth_data, scope

GOOD, EVIL, OWN = "https://good.example", "https://evil.example", "http://127.0.0.1:8056"
SETTINGS_KEY = "b" * 20
HTML = "text/html,application/xhtml+xml"

SESSION = Principal(PrincipalKind.SESSION, sha256(TOKEN.encode()).hexdigest())
LAPTOP = Principal(PrincipalKind.ACCESS_KEY, "laptop")
BOT = Principal(PrincipalKind.ACCESS_KEY, "bot")

EMPTY = auth_data()
LOCKED = auth_data(password=True, session_ends=NOW + 1, key=True)
EXPIRED = auth_data(password=True, session_ends=NOW)
KEYS_ONLY = auth_data(key=True)

API = "/api/v1/positions"
STREAM = "/api/v1/positions/stream"


def decide(request: Scope, data: AuthData, *, required: bool = False) -> Decision:
    """Decides with one site and one key in the settings; without the CORS list, which has its own test."""
    rules = AccessRules.parse(
        access_keys=f"bot:{SETTINGS_KEY}" if data is not EMPTY else None,
        allowed_origins=GOOD,
        login_required=required,
    )
    return replace(AccessPolicy(rules, FakeAuthStore(data)).decide(request), cors_origins=())


ALLOWED = [
    # Open: no password is set or required
    ("page", EMPTY, scope("/"), OPEN),
    ("API", EMPTY, scope(API), OPEN),
    ("API of a listed site", EMPTY, scope(API, origin=GOOD), OPEN),
    ("metrics", EMPTY, scope("/metrics"), OPEN),
    ("page's websocket", EMPTY, scope("/ws/view", websocket=True, origin=OWN), OPEN),
    ("API's websocket", EMPTY, scope(STREAM, websocket=True), OPEN),
    ("form of the own page", EMPTY, scope("/", method="POST", origin=OWN), OPEN),
    ("command of a program", EMPTY, scope("/", method="POST"), OPEN),
    ("login", EMPTY, scope("/login"), OPEN),
    # Access keys, and no password
    ("metrics with a key, no password", KEYS_ONLY, scope("/metrics", key=STORED_KEY), LAPTOP),
    ("API documents with a key, no password", KEYS_ONLY, scope("/api/openapi.json", key=SETTINGS_KEY), BOT),
    ("API with a stored key", KEYS_ONLY, scope(API, key=STORED_KEY), LAPTOP),
    ("API with a key of the settings", KEYS_ONLY, scope(API, key=SETTINGS_KEY), BOT),
    ("API with a bearer token", KEYS_ONLY, scope(API, authorization=f"bearer {STORED_KEY}"), LAPTOP),
    ("websocket with a key", KEYS_ONLY, scope(STREAM, websocket=True, key=STORED_KEY), LAPTOP),
    # Locked: a password is set
    ("page with a session", LOCKED, scope("/", session=True), SESSION),
    ("API with a session", LOCKED, scope(API, session=True), SESSION),
    ("session before key", LOCKED, scope(API, session=True, key=STORED_KEY), SESSION),
    ("metrics with a key", LOCKED, scope("/metrics", key=STORED_KEY), LAPTOP),
    ("API with a key", LOCKED, scope(API, key=SETTINGS_KEY), BOT),
    ("API of a listed site with a key", LOCKED, scope(API, key=STORED_KEY, origin=GOOD), LAPTOP),
    ("page's websocket with a session", LOCKED, scope("/ws/view", websocket=True, session=True), SESSION),
    ("API's websocket with a key", LOCKED, scope(STREAM, websocket=True, key=STORED_KEY), LAPTOP),
    ("login form", LOCKED, scope("/login"), ANONYMOUS),
    ("login submitted", LOCKED, scope("/login", method="POST", origin=OWN), ANONYMOUS),
    ("log-out", LOCKED, scope("/logout", method="POST", origin=OWN, session=True), SESSION),
]


@pytest.mark.parametrize(("data", "request_scope", "principal"), [row[1:] for row in ALLOWED],
                         ids=[row[0] for row in ALLOWED])  # fmt: skip
def test_allowed(data: AuthData, request_scope: Scope, principal: Principal) -> None:
    assert decide(request_scope, data) == allow(principal)


REFUSED = [
    # Whatever the state
    ("foreign host", EMPTY, scope("/", host="evil.example"), refusals.HOST_NOT_ALLOWED),
    ("no host", EMPTY, scope("/", host=""), refusals.HOST_NOT_ALLOWED),
    ("foreign host of a websocket", EMPTY, scope("/ws/view", websocket=True, host="evil.example"),
     refusals.HOST_NOT_ALLOWED),
    ("foreign host, health", EMPTY, scope("/healthz", host="evil.example"), refusals.HOST_NOT_ALLOWED),
    ("cross-site form", LOCKED, scope("/", method="POST", session=True, origin=EVIL), refusals.CROSS_SITE),
    ("cross-site login", LOCKED, scope("/login", method="POST", origin=EVIL), refusals.CROSS_SITE),
    ("form of a listed site", EMPTY, scope(API, method="POST", origin=GOOD), refusals.CROSS_SITE),
    ("cross-site websocket", EMPTY, scope("/ws/view", websocket=True, origin=EVIL), refusals.CROSS_SITE),
    ("page's websocket, listed site", EMPTY, scope("/ws/view", websocket=True, origin=GOOD),
     refusals.CROSS_SITE),
    ("page's websocket, other site with a session", LOCKED,
     scope("/ws/view", websocket=True, session=True, origin=EVIL), refusals.CROSS_SITE),
    # API
    ("API of an unlisted site", EMPTY, scope(API, origin=EVIL), refusals.ORIGIN_NOT_ALLOWED),
    ("API's websocket, unlisted site", EMPTY, scope(STREAM, websocket=True, origin=EVIL),
     refusals.ORIGIN_NOT_ALLOWED),
    ("API of an unlisted site with a session", LOCKED, scope(API, session=True, origin=EVIL),
     refusals.ORIGIN_NOT_ALLOWED),
    ("key in the URL", EMPTY, scope(API, query="Api_Key=secret"), refusals.KEY_IN_QUERY),
    ("key in the URL with a session", LOCKED, scope(API, session=True, query="token=x"),
     refusals.KEY_IN_QUERY),
    ("API without a key", KEYS_ONLY, scope(API), refusals.KEY_REQUIRED),
    ("API with a wrong key", KEYS_ONLY, scope(API, key=STORED_KEY + "x"), refusals.KEY_REQUIRED),
    ("API with basic authentication", KEYS_ONLY, scope(API, authorization=f"Basic {STORED_KEY}"),
     refusals.KEY_REQUIRED),
    ("API's websocket without a key", KEYS_ONLY, scope(STREAM, websocket=True), refusals.KEY_REQUIRED),
    # Access keys, and no password
    ("page, keys exist", KEYS_ONLY, scope("/"), refusals.KEYS_BUT_NO_PASSWORD),
    ("page with a key, no password", KEYS_ONLY, scope("/", key=STORED_KEY), refusals.KEYS_BUT_NO_PASSWORD),
    ("page in a browser, keys exist", KEYS_ONLY, scope("/", accept=HTML), refusals.KEYS_BUT_NO_PASSWORD),
    ("login, keys exist", KEYS_ONLY, scope("/login"), refusals.KEYS_BUT_NO_PASSWORD),
    ("page's websocket, keys exist", KEYS_ONLY, scope("/ws/view", websocket=True),
     refusals.KEYS_BUT_NO_PASSWORD),
    ("form, keys exist", KEYS_ONLY, scope("/_dash-update-component", method="POST"),
     refusals.KEYS_BUT_NO_PASSWORD),
    ("metrics, keys exist", KEYS_ONLY, scope("/metrics"), refusals.KEY_REQUIRED),
    ("API documents, keys exist", KEYS_ONLY, scope("/api/docs", accept=HTML), refusals.KEY_REQUIRED),
    # Behind a proxy, without a password
    ("page through a proxy", EMPTY, scope("/", via="1.1 a"), refusals.behind_proxy("via")),
    ("login through a proxy", EMPTY, scope("/login", via="1.1 a"), refusals.behind_proxy("via")),
    ("API through a proxy", EMPTY, scope(API, forwarded="for=x"), refusals.behind_proxy("forwarded")),
    ("websocket through a proxy", EMPTY, scope("/ws/view", websocket=True, x_real_ip="x"),
     refusals.behind_proxy("x-real-ip")),
    ("key through a proxy", KEYS_ONLY, scope(API, key=STORED_KEY, via="1.1 a"), refusals.behind_proxy("via")),
    # The other scheme
    ("form of a page without TLS", LOCKED,
     scope("/", method="POST", session=True, tls=True, origin=OWN), refusals.CROSS_SITE),
    ("websocket of a page without TLS", LOCKED,
     scope(STREAM, websocket=True, tls=True, origin=OWN), refusals.ORIGIN_NOT_ALLOWED),
    ("key in the URL before the login", LOCKED, scope(API, query="token=x"), refusals.KEY_IN_QUERY),
    # Locked
    ("page", LOCKED, scope("/"), refusals.LOGIN_REQUIRED),
    ("page, another login path", LOCKED, scope("/login/"), refusals.LOGIN_REQUIRED),
    ("page with a key", LOCKED, scope("/", key=STORED_KEY), refusals.LOGIN_REQUIRED),
    ("page with an expired session", EXPIRED, scope("/", session=True), refusals.LOGIN_REQUIRED),
    ("callback of a browser", LOCKED, scope("/_dash-update-component", method="POST", accept=HTML),
     refusals.LOGIN_REQUIRED),
    ("page's websocket with a key", LOCKED, scope("/ws/view", websocket=True, key=STORED_KEY),
     refusals.LOGIN_REQUIRED),
    ("API, nothing sent", LOCKED, scope(API), refusals.LOGIN_OR_KEY_REQUIRED),
    ("API in a browser", LOCKED, scope(API, accept=HTML), refusals.LOGIN_OR_KEY_REQUIRED),
    ("metrics in a browser", LOCKED, scope("/metrics", accept=HTML), refusals.LOGIN_OR_KEY_REQUIRED),
    ("API's websocket", LOCKED, scope(STREAM, websocket=True), refusals.LOGIN_OR_KEY_REQUIRED),
    ("path that begins like the API", LOCKED, scope("/apiary"), refusals.LOGIN_REQUIRED),
    ("page in a browser", LOCKED, scope("/", accept=HTML), Decision(303, headers={"Location": "/login"})),
    ("documents in a browser", LOCKED, scope("/api/docs", accept=HTML),
     Decision(303, headers={"Location": "/login?next=%2Fapi%2Fdocs"})),
]  # fmt: skip


@pytest.mark.parametrize(("data", "request_scope", "decision"), [row[1:] for row in REFUSED],
                         ids=[row[0] for row in REFUSED])  # fmt: skip
def test_refused(data: AuthData, request_scope: Scope, decision: Decision) -> None:
    assert not decision.allowed
    assert decide(request_scope, data) == decision


@pytest.mark.parametrize("data", [EMPTY, LOCKED, KEYS_ONLY], ids=["open", "locked", "keys only"])
@pytest.mark.parametrize("path", sorted(HEALTH_PATHS))
def test_health_is_always_readable(path: str, data: AuthData) -> None:
    assert decide(scope(path), data, required=True) == allow(ANONYMOUS)


@pytest.mark.parametrize("path", sorted(LOGIN_PATHS))
def test_login_is_readable_once_a_password_is_set(path: str) -> None:
    assert decide(scope(path), LOCKED).allowed
    assert decide(scope(path), EMPTY, required=True) == refusals.NO_PASSWORD


@pytest.mark.parametrize("path", ["/", "/login", API, "/metrics"])
@pytest.mark.parametrize("websocket", [False, True])
def test_required_login_without_a_password_serves_nothing(path: str, websocket: bool) -> None:
    request = scope(path, websocket=websocket, key=SETTINGS_KEY)
    assert decide(request, KEYS_ONLY, required=True) == refusals.NO_PASSWORD


@pytest.mark.parametrize("path", ["/", API, "/metrics"])
def test_lost_keys_do_not_open(path: str) -> None:
    store = FakeAuthStore(KEYS_ONLY)
    policy = AccessPolicy(AccessRules(), store)
    assert not policy.decide(scope(path)).allowed
    store.data = EMPTY
    assert not policy.decide(scope(path)).allowed


def test_password_opens_the_login_through_a_proxy() -> None:
    assert decide(scope("/login", via="1.1 a"), LOCKED).allowed
    assert decide(scope("/", via="1.1 a", session=True), LOCKED).principal == SESSION


def test_lost_password_locks_instead_of_opening() -> None:
    store = FakeAuthStore()
    policy = AccessPolicy(AccessRules(), store)
    assert policy.decide(scope("/")).principal is OPEN
    store.data = LOCKED
    assert policy.decide(scope("/")) == refusals.LOGIN_REQUIRED
    store.data = EMPTY
    assert policy.decide(scope("/")) == refusals.NO_PASSWORD


@pytest.mark.parametrize("data", [EMPTY, LOCKED], ids=["allowed", "refused"])
def test_listed_sites_may_read_answers_of_the_api_only(data: AuthData) -> None:
    policy = AccessPolicy(AccessRules(origins=(GOOD,)), FakeAuthStore(data))
    assert policy.decide(scope(API, origin=GOOD)).cors_origins == (GOOD,)
    assert policy.decide(scope(API, origin=GOOD, host="evil.example")).cors_origins == ()
    for path in ("/", "/metrics", "/api/docs", "/healthz"):
        assert policy.decide(scope(path, origin=GOOD)).cors_origins == ()


def test_failing_store_is_reported_to_the_caller() -> None:
    class Failing(FakeAuthStore):
        def read(self) -> AuthData:
            raise AuthFileError("the disk is broken")

    policy = AccessPolicy(AccessRules(), Failing())
    with pytest.raises(AuthFileError):
        policy.decide(scope("/"))
    assert policy.decide(scope("/healthz")).allowed


class TestKeysOfStoreAndSettings:
    def test_both_are_accepted_until_revoked(self, store: AuthStore) -> None:
        policy = AccessPolicy(AccessRules.parse(access_keys=f"bot:{SETTINGS_KEY}"), store)
        key = store.create_key("laptop")
        assert policy.decide(scope(API)) == refusals.KEY_REQUIRED
        assert policy.decide(scope(API, key=key + "x")) == refusals.KEY_REQUIRED
        assert policy.decide(scope(API, key=key)).principal == LAPTOP
        assert policy.decide(scope(API, key=SETTINGS_KEY)).principal == BOT
        store.revoke_key("laptop")
        assert policy.decide(scope(API, key=key)) == refusals.KEY_REQUIRED
        assert policy.decide(scope(API, key=SETTINGS_KEY)).allowed

    def test_first_stored_key_makes_keys_necessary(self, store: AuthStore) -> None:
        policy = AccessPolicy(AccessRules(), store)
        assert policy.decide(scope(API)).allowed
        store.create_key("laptop")
        assert policy.decide(scope(API)) == refusals.KEY_REQUIRED

    def test_session_replaces_a_key(self) -> None:
        data = auth_data(password=True, session_ends=NOW + 1, key=True)
        assert decide(scope(API, session=True), data).principal == SESSION

    def test_every_key_is_compared_whichever_is_sent(self, store: AuthStore, monkeypatch) -> None:
        """Else the response time would reveal a key bit by bit."""
        compared: list[bytes] = []

        def compare(known: bytes, sent: bytes) -> bool:
            compared.append(known)
            return known == sent

        monkeypatch.setattr("dashboard.auth.access_keys.hmac.compare_digest", compare)
        policy = AccessPolicy(AccessRules.parse(access_keys=f"bot:{SETTINGS_KEY}"), store)
        keys = [store.create_key(name) for name in ("first", "second", "third")]
        for key in (SETTINGS_KEY, *keys, "unknown", keys[0][:-1]):
            compared.clear()
            policy.decide(scope(API, key=key))
            assert len(compared) == 4
