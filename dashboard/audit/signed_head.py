"""SignedHead: the signed statement that a trail contains a line. In the trail, or kept elsewhere."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.audit.ed25519 import head_statement, is_signed
from dashboard.audit.records import AuditLine, ChainHead, to_json


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A checkpoint for keeping elsewhere: it proves all lines up to its own."""

    seq: int
    """The number of the line."""
    hash: str
    key: str
    """The public key."""
    signature: str

    @property
    def head(self) -> ChainHead:
        """The line."""
        return ChainHead(self.seq, self.hash)

    @property
    def is_valid(self) -> bool:
        """True if it was signed with the private half of its key."""
        return is_signed(head_statement(self.head), self.key, self.signature)

    def to_json(self) -> str:
        """The checkpoint as one line."""
        return to_json(asdict(self))

    @classmethod
    def parse(cls, text: str) -> "SignedHead":
        """Parses a line of `to_json`. Raises ValueError if it is none, or if its signature does not match."""
        try:
            signed = _typed(**json.loads(text))
        except (TypeError, RecursionError):
            raise ValueError("it is not a checkpoint") from None
        if not signed.is_valid:
            raise ValueError("its signature does not match")
        return signed

    @classmethod
    def of(cls, record: AuditLine) -> "SignedHead | None":
        """The statement of a signature record, which is about the line before it. None if it is malformed."""
        try:
            entry = record.entry
            return _typed(record.seq - 1, record.before, entry["key"], entry["signature"])
        except (KeyError, TypeError):
            return None


def _typed(seq: Any, hash: Any, key: Any, signature: Any) -> SignedHead:
    """Raises TypeError for a field of another type."""
    if type(seq) is not int or not all(isinstance(text, str) for text in (hash, key, signature)):
        raise TypeError("a field has an unexpected type")
    return SignedHead(seq, hash, key, signature)
