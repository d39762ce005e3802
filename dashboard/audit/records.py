"""One line of the trail: how it is written, and when it is sound.

    {"seq":7,"time":"…Z","kind":"fill","entry":{…},"before":"<hash of line 6>","hash":"<its own>"}

Its hash is the SHA-256 of all its bytes before `,"hash":`, so it covers the hash of the line before as
well. Not one byte is free: another space or another order of the keys would be another line.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

from dashboard.audit.defects import Defect, InvalidRecord

JSON: TypeAlias = "bool | int | float | str | Decimal | Mapping[str, JSON] | Sequence[JSON] | None"

GENESIS = "0" * 64
"""Stands for the line before the first one."""
MAX_LINE_BYTES = 1 << 20
"""Bytes that a line may have, so that reading needs little memory whatever a file holds."""

_SEAL = b',"hash":"'
_END = b'"}\n'
_HASH_AT = -(64 + len(_END))
_SEAL_AT = _HASH_AT - len(_SEAL)


class ChainHead(NamedTuple):
    """A line's number and hash. Noted elsewhere, it vouches for every line up to it."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """What one line says. Decimals come back as the strings that they were written as."""

    seq: int
    time: datetime
    kind: str
    entry: Mapping[str, Any]
    before: str
    hash: str

    @property
    def head(self) -> ChainHead:
        """The head of a trail that ends with this line."""
        return ChainHead(self.seq, self.hash)


def to_json(value: object) -> str:
    """`value` in one line of ASCII. Raises TypeError or ValueError where JSON has no word for it."""
    return _encoder.encode(value)


def to_text(time: datetime) -> str:
    """ISO 8601 in UTC, always of the same length."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def compose(head: ChainHead, time: datetime, kind: str, entry: str) -> tuple[bytes, ChainHead]:
    """The line that follows `head`, and the head that it makes. `entry` is in JSON already."""
    seq = head.seq + 1
    body = (
        f'{{"seq":{seq},"time":"{to_text(time)}","kind":{to_json(kind)},"entry":{entry},"before":"{head.hash}"'
    ).encode("ascii")
    seal = sha256(body).hexdigest()
    return body + _SEAL + seal.encode("ascii") + _END, ChainHead(seq, seal)


def parse(raw: bytes) -> AuditLine:
    """The record of a line, its newline included. Raises InvalidRecord if it is not as it was written."""
    if not raw.endswith(b"\n"):
        raise InvalidRecord(Defect.TORN, "the line has no end")
    if raw[-len(_END) :] != _END or raw[_SEAL_AT:_HASH_AT] != _SEAL:
        raise InvalidRecord(Defect.UNREADABLE, "this is no line of an audit trail")
    if sha256(raw[:_SEAL_AT]).hexdigest().encode("ascii") != raw[_HASH_AT : -len(_END)]:
        raise InvalidRecord(Defect.CHANGED, "its own hash differs")
    try:
        return _record(json.loads(raw.decode("ascii")))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidRecord(Defect.UNREADABLE, f"its hash is right, but it is no record: {error}") from None


def _record(fields: dict[str, Any]) -> AuditLine:
    fields["time"] = datetime.fromisoformat(fields["time"])
    record = AuditLine(**fields)
    if type(record.seq) is not int or record.time.tzinfo is None or not isinstance(record.entry, dict):
        raise ValueError("a field has an unexpected type")
    return record


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written to the audit trail")


_encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_plain)
