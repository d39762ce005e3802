"""SigningKey: the private key of a trail, with the certificates that lead to it from its first key."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from dashboard.audit.ed25519 import (
    head_statement,
    is_signed,
    key_statement,
    new_private_key,
    public_key_of,
    sign,
)
from dashboard.audit.records import ChainHead, to_text
from dashboard.audit.signed_head import SignedHead


@dataclass(frozen=True, slots=True)
class Certificate:
    """The statement of a key that another one continues for it. The first key certifies itself."""

    key: str
    created: str
    """The time when the key was created, in ISO 8601."""
    signed_by: str
    signature: str

    @property
    def is_valid(self) -> bool:
        """True if it was signed by the key that it names."""
        return is_signed(key_statement(self.key, self.created), self.signed_by, self.signature)

    @property
    def created_at(self) -> datetime:
        """The time when the key was created."""
        return datetime.fromisoformat(self.created)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and the certificates of the keys that it replaced, oldest first, and of its own."""

    private_key: str = field(repr=False)
    certificates: tuple[Certificate, ...]

    @property
    def public_key(self) -> str:
        """The half that verifies."""
        return self.certificates[-1].key

    @classmethod
    def create(cls, now: datetime) -> "SigningKey":
        """A new key, independent of any other."""
        private_key = new_private_key()
        return cls(private_key, (_certify(public_key_of(private_key), now, private_key),))

    def replaced(self, now: datetime) -> "SigningKey":
        """A new key that continues for this one."""
        private_key = new_private_key()
        certificate = _certify(public_key_of(private_key), now, self.private_key)
        return SigningKey(private_key, (*self.certificates, certificate))

    def sign(self, head: ChainHead) -> SignedHead:
        """The signed statement that the trail contains `head`."""
        signature = sign(self.private_key, head_statement(head))
        return SignedHead(head.seq, head.hash, self.public_key, signature)


def read_certificates(entries: Any) -> tuple[Certificate, ...]:
    """Reads certificates that lead from one key to the next. Raises ValueError if they do not."""
    try:
        certificates = tuple(Certificate(**entry) for entry in entries)
        _check_order(certificates)
    except (TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"these are no certificates: {error}") from None
    return certificates


def _check_order(certificates: Sequence[Certificate]) -> None:
    first = certificates[0]
    links = [(first, first), *pairwise(certificates)]
    if not all(one.key == two.signed_by and two.is_valid and two.created_at.tzinfo for one, two in links):
        raise ValueError("a certificate does not match the key before it")


def _certify(key: str, now: datetime, private_key: str) -> Certificate:
    created = to_text(now)
    return Certificate(
        key, created, public_key_of(private_key), sign(private_key, key_statement(key, created))
    )
