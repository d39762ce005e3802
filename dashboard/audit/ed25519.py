"""Ed25519 signatures (RFC 8032) of short statements, with keys and signatures in hexadecimal."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dashboard.audit.records import ChainHead

KEY_LENGTH = 64
"""Characters of a private or public key."""


def head_statement(head: ChainHead) -> bytes:
    """The statement that a trail contained this line, and through its hash all lines before it."""
    return f"position-dashboard audit head {head}".encode("ascii")


def key_statement(key: str, created: str) -> bytes:
    """The statement that lines are also signed by this public key."""
    return f"position-dashboard audit key {key} {created}".encode()


def new_private_key() -> str:
    """A random private key."""
    return Ed25519PrivateKey.generate().private_bytes_raw().hex()


def public_key_of(private_key: str) -> str:
    """The public half of a private key. Raises ValueError if it is not a key."""
    return _private(private_key).public_key().public_bytes_raw().hex()


def sign(private_key: str, statement: bytes) -> str:
    """The signature of a statement."""
    return _private(private_key).sign(statement).hex()


def is_signed(statement: bytes, public_key: str, signature: str) -> bool:
    """True if `signature` was made of `statement` by the private half of `public_key`."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key))
