"""AccountOwner: which credentials opened an account, and the audit record of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT = "account"
"""Kind of the record that credentials opened an account."""


@dataclass(frozen=True, slots=True)
class AccountOwner:
    """Hashes of credentials that opened an account, and of the exchange's own id of it."""

    fingerprint: str
    uid_hash: str


def owner_record(account: str, owner: AccountOwner) -> tuple[str, Mapping[str, Any]]:
    """Returns kind and record of credentials that were used for the first time."""
    return ACCOUNT, {"account": account, "fingerprint": owner.fingerprint, "uid_hash": owner.uid_hash}


def read_owner(entry: Mapping[str, Any]) -> tuple[str, AccountOwner]:
    """Returns account and owner of a record. Raises KeyError."""
    return str(entry["account"]), AccountOwner(str(entry["fingerprint"]), str(entry["uid_hash"]))
