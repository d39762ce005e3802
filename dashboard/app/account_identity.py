"""Identity of an account: it stays the same when the API key is replaced, if the exchange reports its id."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboard.domain.environment import Environment
from dashboard.exchange.account_uid import account_uid
from dashboard.exchange.credentials import Credentials
from dashboard.positions.account_owner import AccountOwner

_DIGITS = 8


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """The account that the credentials open."""

    account: str
    """Its name in trail and API."""
    learnt: AccountOwner | None = None
    """Its owner, if the trail does not have it yet."""


def identify(
    credentials: Credentials,
    environment: Environment,
    owners: Mapping[str, tuple[AccountOwner, ...]],
    fetch_uid: Callable[[Credentials], str | None] = account_uid,
) -> AccountIdentity:
    """Returns the account that the credentials open. `owners` are those of each account in the trail.

    Credentials that the trail lacks are those of a known account if the exchange reports the same id.
    Without an id the account is named after its credentials, and the next start asks again.
    """
    own = name_of(credentials, environment, credentials.fingerprint)
    known = {account: each for account, each in owners.items() if _prefix(account) == _prefix(own)}
    for account, opened_by in known.items():
        if any(owner.fingerprint == credentials.fingerprint for owner in opened_by):
            return AccountIdentity(account)
    uid = fetch_uid(credentials)
    if uid is None:
        return AccountIdentity(own)
    learnt = AccountOwner(credentials.fingerprint, credentials.hash_of(uid))
    same = (account for account, by in known.items() if any(each.uid_hash == learnt.uid_hash for each in by))
    return AccountIdentity(next(same, own), learnt)


def name_of(credentials: Credentials, environment: Environment, digest: str) -> str:
    """Returns the name of an account from a hash of its owner, such as `bybit live 1f3a90c2`."""
    return f"{credentials.exchange} {environment} {digest[:_DIGITS]}"


def _prefix(account: str) -> str:
    """Exchange and environment of an account."""
    return account.rpartition(" ")[0]
