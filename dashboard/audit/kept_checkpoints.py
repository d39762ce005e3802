"""Checkpoints for keeping elsewhere: the newest signature of a trail, and files of earlier ones."""

from pathlib import Path

from dashboard.audit.defects import InvalidRecord
from dashboard.audit.newest_first import NewestFirst
from dashboard.audit.records import parse
from dashboard.audit.signed_head import SignedHead
from dashboard.audit.system_records import SIGNATURE
from dashboard.audit.trail_files import require_trail_files
from dashboard.errors import UsageError

_KIND = f'"kind":"{SIGNATURE}"'.encode()


class NoCheckpoint(UsageError):
    """There is no signature in a trail, or no checkpoint in a file."""


def newest_signature(directory: Path) -> SignedHead:
    """The newest valid signature of a trail. Raises NoTrail or NoCheckpoint."""
    for line in NewestFirst(require_trail_files(directory)):
        if _KIND in line.raw and (signed := _signature(line.raw)) is not None:
            return signed
    raise NoCheckpoint(
        f"{directory} is not signed: create a key with dashboard-audit create-key FILE, "
        "and set DASHBOARD_AUDIT_SIGNING_KEY_FILE"
    )


def read_checkpoints(path: Path) -> list[SignedHead]:
    """Reads a file with a checkpoint on each line. Raises NoCheckpoint."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoCheckpoint(f"{path} cannot be read: {error}") from None
    found = [_checkpoint(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise NoCheckpoint(f"{path} is empty: store the output of dashboard-audit checkpoint in it")
    return found


def _checkpoint(path: Path, number: int, line: str) -> SignedHead:
    try:
        return SignedHead.parse(line)
    except ValueError as error:
        raise NoCheckpoint(
            f"{path}:{number}: {error}: give what dashboard-audit checkpoint printed"
        ) from None


def _signature(raw: bytes) -> SignedHead | None:
    try:
        record = parse(raw)
    except InvalidRecord:
        return None
    signed = SignedHead.of(record) if record.kind == SIGNATURE else None
    return signed if signed is not None and signed.is_valid else None
