"""A file's lines as bytes, forwards and from its end, in little memory whatever it holds."""

import os
import time
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.audit.records import MAX_LINE_BYTES

_BLOCK = 1 << 16
_HALF_WRITTEN = 0.05
"""Seconds after which a line that was being written while it was read is there as a whole."""


def forwards(file: BinaryIO) -> Iterator[bytes]:
    """Each line with its newline; the last has none if it is torn. Of one that is too long, the start."""
    while raw := file.readline(MAX_LINE_BYTES):
        if not raw.endswith(b"\n"):
            raw = _rest_of(file, raw)
        yield raw


def _rest_of(file: BinaryIO, raw: bytes) -> bytes:
    """A torn line, once more: its writer may be at work. Of one that is too long the rest is skipped."""
    if len(raw) < MAX_LINE_BYTES:
        time.sleep(_HALF_WRITTEN)
        return raw + file.readline(MAX_LINE_BYTES - len(raw))
    while more := file.readline(MAX_LINE_BYTES):
        if more.endswith(b"\n"):
            return raw + b"\n"
    return raw


def backwards(file: BinaryIO) -> Iterator[bytes]:
    """Each line with its newline, the last one first; that has none if it is torn."""
    later: list[bytes] = []
    for block in _blocks_backwards(file):
        first, *others = block.split(b"\n")
        for piece in reversed(others):
            later.append(piece)
            yield from _joined(later)
            later = [b"\n"]
        later.append(first)
    yield from _joined(later)


def _joined(later: list[bytes]) -> Iterator[bytes]:
    line = b"".join(reversed(later))
    if line:
        yield line


def _blocks_backwards(file: BinaryIO) -> Iterator[bytes]:
    at = file.seek(0, os.SEEK_END)
    while at > 0:
        size = min(_BLOCK, at)
        at -= size
        file.seek(at)
        yield file.read(size)


def torn_from(file: BinaryIO) -> int:
    """Where what follows the last newline begins: the end of the file, if that is whole."""
    at = file.seek(0, os.SEEK_END)
    for block in _blocks_backwards(file):
        at -= len(block)
        found = block.rfind(b"\n")
        if found >= 0:
            return at + found + 1
    return 0
