"""Check of a trail's signatures: which lines were signed by which key, and if that key was to sign them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.audit.defects import Defect, InvalidRecord
from dashboard.audit.records import AuditLine
from dashboard.audit.signed_head import SignedHead
from dashboard.audit.signer import SIGN_WITHIN
from dashboard.audit.signing_key import Certificate, read_certificates
from dashboard.audit.system_records import CLOCK, SIGNATURE

_FIRST_SIGNATURE_WITHIN = timedelta(hours=1)
"""Time from the creation of the first key to its use, in which an older version may still write lines."""


@dataclass(slots=True)
class SignedPart:
    """Successive lines with one key."""

    key: str | None
    """The public key; None for lines that are only chained."""
    first: int
    last: int
    until: datetime
    """The time of the last line."""


class SignatureCheck:
    """Follows the signatures of a trail, line by line.

    Each valid signature covers all lines before it; `parts` attributes to it those after the signature
    before, since a hostile writer could have changed them until then.
    """

    def __init__(self, expected_keys: Collection[str] = ()) -> None:
        """With `expected_keys`, one of them must have signed, or certified the key that signed.

        Between two of them no certificate is required: the first one may have been lost.
        """
        self.parts: list[SignedPart] = []
        """All lines up to the newest one."""
        self._expected = frozenset(expected_keys)
        self._key: str | None = None
        self._lineage: frozenset[str] = frozenset()
        """The current key, and those that lead to it by their certificates."""
        self._unsigned_since: datetime | None = None
        self._is_reported = False
        """True if the lines after the newest valid signature have been reported already."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys that signed."""
        return frozenset(part.key for part in self.parts if part.key)

    def lose_track(self) -> None:
        """Accepts that lines before the next record are missing or invalid, which may be signatures."""
        self._unsigned_since = None

    def add(self, record: AuditLine) -> Iterator[InvalidRecord]:
        """Adds the next record. Yields what is wrong with its signature, or with the lack of one."""
        if record.kind != SIGNATURE:
            yield from self._add_unsigned(record)
            return
        signed = SignedHead.of(record)
        if signed is None or not signed.is_valid:
            yield from self._report(Defect.SIGNATURE, record, f"line {record.seq} signs something else")
            self._extend(None, record)
            return
        if signed.key != self._key or "certificates" in record.entry:
            yield from self._enter_key(signed.key, record)
        self._sign_open_part(signed.key, record)
        self._unsigned_since, self._is_reported = None, False

    def finish(self) -> Iterator[InvalidRecord]:
        """Yields the defect of a trail that no expected key has signed."""
        if not self._expected or self._expected & self._lineage:
            return
        if self._key is None:
            yield InvalidRecord(Defect.UNSIGNED, "no line is signed, but a public key is given")
        else:
            yield InvalidRecord(Defect.KEY, f"the last signature is by {self._key}, not by the given key")

    def _add_unsigned(self, record: AuditLine) -> Iterator[InvalidRecord]:
        since = self._unsigned_since = self._unsigned_since or record.time
        is_in_time = record.kind == CLOCK or timedelta() <= record.time - since < SIGN_WITHIN
        if self._key is not None and not is_in_time:
            yield from self._report(Defect.UNSIGNED, record, "each is signed within 10 s")
        self._extend(None, record)

    def _report(self, defect: Defect, record: AuditLine, reason: str) -> Iterator[InvalidRecord]:
        """Yields one defect for all lines from the newest valid signature to the next."""
        if not self._is_reported:
            self._is_reported = True
            yield InvalidRecord(defect, f"{self._open_lines(record)} not as a key has signed them: {reason}")

    def _open_lines(self, record: AuditLine) -> str:
        first = self.parts[-1].first if self.parts and self.parts[-1].key is None else record.seq
        last = max(first, record.seq - (record.kind == SIGNATURE))
        return f"line {first} is" if first == last else f"lines {first} to {last} are"

    def _enter_key(self, key: str, record: AuditLine) -> Iterator[InvalidRecord]:
        try:
            certificates = read_certificates(record.entry.get("certificates"))
            if certificates[-1].key != key:
                raise ValueError("the certificate is that of another key")
        except ValueError as error:
            yield InvalidRecord(Defect.KEY, f"signed by {key}, which is not introduced: {error}")
            certificates = ()
        lineage = frozenset({key, *(each.key for each in certificates)})
        if self._key is None:
            yield from self._check_first(certificates)
        elif certificates and self._key not in lineage and not {self._key, key} <= self._expected:
            yield InvalidRecord(Defect.KEY, f"signed by {key}, for which {self._key} made no certificate")
        self._key, self._lineage = key, lineage

    def _check_first(self, certificates: tuple[Certificate, ...]) -> Iterator[InvalidRecord]:
        """Checks that the lines before the first signature are older than the first key."""
        if not self.parts or not certificates:
            return
        last, created = self.parts[-1], certificates[0].created_at
        if last.until - created > _FIRST_SIGNATURE_WITHIN:
            yield InvalidRecord(
                Defect.UNSIGNED,
                f"lines {self.parts[0].first} to {last.last}: the last is of {last.until:%Y-%m-%d %H:%M}, "
                f"but the key was created at {created:%Y-%m-%d %H:%M}",
            )

    def _sign_open_part(self, key: str, record: AuditLine) -> None:
        """Attributes the lines since the newest signature, and the record itself, to `key`."""
        is_open = self.parts and self.parts[-1].key is None
        is_covered = is_open and self.keys and not self._is_reported  # not from before the first signature
        first = self.parts.pop().first if is_covered else record.seq
        if self.parts and self.parts[-1].key == key and self.parts[-1].last == first - 1:
            self._extend(key, record)
        else:
            self.parts.append(SignedPart(key, first, record.seq, record.time))

    def _extend(self, key: str | None, record: AuditLine) -> None:
        if not self.parts or self.parts[-1].key != key:
            self.parts.append(SignedPart(key, record.seq, record.seq, record.time))
        self.parts[-1].last, self.parts[-1].until = record.seq, record.time
