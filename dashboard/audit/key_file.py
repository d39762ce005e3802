"""The files of a signing key: the private one, which only its owner can read, and `NAME.pub`.

{"private_key":"…","certificates":[{"key":"…","created":"…","signed_by":"…","signature":"…"}]}
"""

import json
import os
import stat
from dataclasses import asdict
from pathlib import Path

from dashboard.audit.ed25519 import KEY_LENGTH, public_key_of
from dashboard.audit.records import to_json
from dashboard.audit.signing_key import SigningKey, read_certificates
from dashboard.errors import UsageError

_MAX_BYTES = 1 << 18
_NEXT_STEP = "create one with dashboard-audit create-key FILE"


class UnusableKey(UsageError):
    """A key file that cannot be read, or should not be used."""


def public_key_path(path: Path) -> Path:
    """The file with the public half of the key in `path`."""
    return path.with_name(path.name + ".pub")


def load_key(path: Path) -> SigningKey:
    """Reads a private key. Raises UnusableKey."""
    content = _read(path, private=True)
    try:
        fields = json.loads(content)
        key = SigningKey(fields["private_key"], read_certificates(fields["certificates"]))
        if public_key_of(key.private_key) != key.public_key:
            raise ValueError("its certificate is that of another key")
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "a field is missing"
        raise UnusableKey(f"{path} is not a signing key: {reason}: {_NEXT_STEP}") from None
    return key


def load_public_key(path: Path) -> str:
    """Reads the public half of a key. Raises UnusableKey."""
    text = _read(path).decode("ascii", "replace").strip().lower()
    if len(text) != KEY_LENGTH or set(text) - set("0123456789abcdef"):
        raise UnusableKey(f"{path} is not a public key: give the file NAME.pub that create-key wrote")
    return text


def create_key_file(path: Path, key: SigningKey) -> None:
    """Writes a key and its public half. Raises UnusableKey if there is a file already, or OSError."""
    public = public_key_path(path)
    if os.path.lexists(path):
        raise UnusableKey(
            f"{path} exists already: lines are verified with its public half; rotate-key replaces it"
        )
    if os.path.lexists(public):
        raise UnusableKey(
            f"{public} exists already: a lost key may have signed lines: keep it, but move it away"
        )
    _replace(public, f"{key.public_key}\n", 0o644)
    _write_new(path, _content(key), 0o600)  # last, so that a key is never without its public half


def replace_key_file(path: Path, key: SigningKey) -> None:
    """Replaces a key and its public half, each at once. Raises OSError."""
    _replace(path, _content(key), 0o600)
    _replace(public_key_path(path), f"{key.public_key}\n", 0o644)


def refuse_inside(directory: Path, path: Path) -> None:
    """Raises UnusableKey if the key is inside the folder of the trail, whose writers could use it."""
    if path.resolve().is_relative_to(directory.resolve()):
        raise UnusableKey(
            f"{path} is inside the audit trail's folder {directory}: keep the key where "
            "a writer of that folder cannot read it"
        )


def _content(key: SigningKey) -> str:
    fields = {"private_key": key.private_key, "certificates": [asdict(each) for each in key.certificates]}
    return to_json(fields) + "\n"


def _read(path: Path, *, private: bool = False) -> bytes:
    try:
        with path.open("rb") as file:
            if private and os.name == "posix":
                _refuse_shared(path, os.fstat(file.fileno()))
            return file.read(_MAX_BYTES)
    except OSError as error:
        raise UnusableKey(f"{path} cannot be read: {error.strerror}: {_NEXT_STEP}") from None


def _refuse_shared(path: Path, status: os.stat_result) -> None:
    # A credential of systemd is root's, and the right of its user to read it appears as the group's.
    others = 0o077 if status.st_uid == os.geteuid() else 0o007
    if status.st_mode & others:
        mode = stat.S_IMODE(status.st_mode)
        raise UnusableKey(f"{path} can be read by others (mode {mode:o}): chmod 600 {path}")


def _replace(path: Path, content: str, mode: int) -> None:
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    _write_new(new, content, mode)
    new.replace(path)


def _write_new(path: Path, content: str, mode: int) -> None:
    """Raises FileExistsError rather than write through an existing file or link."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="ascii") as file:
        if hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), mode)  # whatever the umask
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
