"""The format of one line: composed by the writer, parsed and checked by readers.

    {"seq":7,"time":"…Z","kind":"fill","entry":{…},"before":"<hash of line 6>","hash":"<its own hash>"}

The hash is the SHA-256 of all bytes before `,"hash":`, so it also covers the hash of the previous line.
Every byte counts: another space or another order of the keys makes another hash.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn, TypeAlias

from dashboard.audit.defects import Defect, InvalidRecord

JSON: TypeAlias = "bool | int | float | str | Decimal | Mapping[str, JSON] | Sequence[JSON] | None"

GENESIS = "0" * 64
"""The `before` of the first line."""
MAX_LINE_BYTES = 1 << 20
"""Limit of a line, so that reading needs little memory whatever a file contains."""
MAX_SEQ = 10**18
"""A number above that of any line."""

_HASH = re.compile(r"[0-9a-f]{64}")
_HASH_KEY = b',"hash":"'
_END = b'"}\n'
_HASH_AT = -(64 + len(_END))
_HASH_KEY_AT = _HASH_AT - len(_HASH_KEY)


class ChainHead(NamedTuple):
    """Number and hash of a line. A copy kept elsewhere proves every line up to it."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


NO_LINES = ChainHead(0, GENESIS)
"""The head of an empty trail."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """The content of one line; its fields are the keys on disk. Decimals are read back as strings."""

    seq: int
    time: datetime
    kind: str
    entry: Mapping[str, Any]
    before: str
    """The hash of the previous line."""
    hash: str

    @property
    def head(self) -> ChainHead:
        """The head of a trail that ends with this line."""
        return ChainHead(self.seq, self.hash)


def to_json(value: object) -> str:
    """`value` as one line of ASCII. Raises TypeError or ValueError if JSON cannot represent it."""
    return _encoder.encode(value)


def to_text(time: datetime) -> str:
    """`time` in ISO 8601, in UTC and always of the same length."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def compose(head: ChainHead, time: datetime, kind: str, entry: str) -> tuple[bytes, ChainHead]:
    """The line that follows `head`, and the new head. `entry` is already encoded as JSON."""
    seq = head.seq + 1
    body = (
        f'{{"seq":{seq},"time":"{to_text(time)}","kind":{to_json(kind)},"entry":{entry},"before":"{head.hash}"'
    ).encode("ascii")
    line_hash = sha256(body).hexdigest()
    return body + _HASH_KEY + line_hash.encode("ascii") + _END, ChainHead(seq, line_hash)


def parse(raw: bytes) -> AuditLine:
    """Parses a line with its newline. Raises InvalidRecord if it is not as it was written."""
    if not raw.endswith(b"\n"):
        raise InvalidRecord(Defect.TORN, "the line has no newline at its end")
    if raw[-len(_END) :] != _END or raw[_HASH_KEY_AT:_HASH_AT] != _HASH_KEY:
        raise InvalidRecord(Defect.UNREADABLE, "it is not a line of an audit trail")
    if sha256(raw[:_HASH_KEY_AT]).hexdigest().encode("ascii") != raw[_HASH_AT : -len(_END)]:
        raise InvalidRecord(Defect.CHANGED, "its hash does not match its content")
    try:
        return _record(json.loads(raw.decode("ascii"), parse_constant=_refuse_constant))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidRecord(Defect.UNREADABLE, f"its hash matches, but it is not a record: {error}") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _record(fields: dict[str, Any]) -> AuditLine:
    fields["time"] = datetime.fromisoformat(fields["time"])
    record = AuditLine(**fields)
    if type(record.seq) is not int or record.time.tzinfo is None or not isinstance(record.entry, dict):
        raise ValueError("a field has an unexpected type")
    if not 0 < record.seq < MAX_SEQ or not _HASH.fullmatch(record.before):
        raise ValueError("its number, or the hash of the line before, is none")
    return record


def _to_serializable(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written to the audit trail")


_encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_to_serializable)
