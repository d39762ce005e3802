"""Identity of an account: which one of the trail the credentials open."""

import pytest

from dashboard.app.account_identity import AccountIdentity, identify
from dashboard.domain.environment import Environment
from dashboard.exchange.credentials import Credentials
from dashboard.positions.account_owner import AccountOwner

OLD, NEW = Credentials("bybit", api_key="old"), Credentials("bybit", api_key="new")
OWN, OTHER = f"bybit live {OLD.fingerprint[:8]}", f"bybit live {NEW.fingerprint[:8]}"


def owner(credentials: Credentials, uid: str) -> AccountOwner:
    return AccountOwner(credentials.fingerprint, credentials.hash_of(uid))


KNOWN = {OWN: (owner(OLD, "7"),)}


@pytest.mark.parametrize(
    ("owners", "credentials", "uid", "expected"),
    [
        pytest.param({}, OLD, "7", AccountIdentity(OWN, owner(OLD, "7")), id="first start"),
        pytest.param({OWN: ()}, OLD, "7", AccountIdentity(OWN, owner(OLD, "7")), id="trail without owners"),
        pytest.param(KNOWN, NEW, "7", AccountIdentity(OWN, owner(NEW, "7")), id="new key, same account"),
        pytest.param(KNOWN, NEW, "8", AccountIdentity(OTHER, owner(NEW, "8")), id="new key, other account"),
        pytest.param(KNOWN, NEW, None, AccountIdentity(OTHER), id="new key, unknown account"),
        pytest.param(
            KNOWN | {OTHER: ()}, NEW, "7", AccountIdentity(OWN, owner(NEW, "7")), id="known at a later start"
        ),
        pytest.param(
            {OWN.replace("live", "testnet"): KNOWN[OWN]},
            NEW,
            "7",
            AccountIdentity(OTHER, owner(NEW, "7")),
            id="the same id on the testnet",
        ),
    ],
)
def test_account_is_that_of_the_same_id(owners, credentials, uid, expected):
    assert identify(credentials, Environment.LIVE, owners, lambda _credentials: uid) == expected


@pytest.mark.parametrize("credentials", [OLD, NEW])
def test_exchange_is_not_asked_about_known_credentials(credentials):
    def fail(_credentials: Credentials) -> str:
        raise AssertionError("asked")

    known = {OWN: (owner(OLD, "7"), owner(NEW, "7"))}
    assert identify(credentials, Environment.LIVE, known, fail) == AccountIdentity(OWN)
