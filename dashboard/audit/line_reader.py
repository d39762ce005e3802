"""The lines of a file as bytes, read forwards or backwards in constant memory."""

import os
import time
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.audit.records import MAX_LINE_BYTES

_BLOCK_BYTES = 1 << 16
_UNFINISHED_LINE_WAIT_S = 0.05
"""Seconds in which a writer completes a line that was read while it was being written."""


def forwards(file: BinaryIO) -> Iterator[bytes]:
    """Yields each line with its newline; a torn last line has none.

    Of a line longer than `MAX_LINE_BYTES` it yields the start only.
    """
    while raw := file.readline(MAX_LINE_BYTES):
        if not raw.endswith(b"\n"):
            raw = _completed(file, raw)
        yield raw


def _completed(file: BinaryIO, raw: bytes) -> bytes:
    """Completes a line that was read without its newline.

    A short one may still be being written and is read again; of one that is too long the rest is skipped.
    """
    if len(raw) < MAX_LINE_BYTES:
        time.sleep(_UNFINISHED_LINE_WAIT_S)
        return raw + file.readline(MAX_LINE_BYTES - len(raw))
    while rest := file.readline(MAX_LINE_BYTES):
        if rest.endswith(b"\n"):
            return raw + b"\n"
    return raw


def backwards(file: BinaryIO, end: int) -> Iterator[bytes]:
    """Yields each line before the byte `end`, the last one first, with its newline unless it is torn."""
    pieces: list[bytes] = []
    for block in _blocks_backwards(file, end):
        first, *others = block.split(b"\n")
        for piece in reversed(others):
            pieces.append(piece)
            yield from _joined(pieces)
            pieces = [b"\n"]
        pieces.append(first)
    yield from _joined(pieces)


def _joined(pieces: list[bytes]) -> Iterator[bytes]:
    """Yields the line of `pieces`, which are in reverse order; nothing if it is empty."""
    line = b"".join(reversed(pieces))
    if line:
        yield line


def _blocks_backwards(file: BinaryIO, end: int) -> Iterator[bytes]:
    position = end
    while position > 0:
        size = min(_BLOCK_BYTES, position)
        position -= size
        file.seek(position)
        yield file.read(size)


def torn_line_start(file: BinaryIO) -> int:
    """Position after the last newline: the end of the file, unless its last line is torn."""
    position = file.seek(0, os.SEEK_END)
    for block in _blocks_backwards(file, position):
        position -= len(block)
        found = block.rfind(b"\n")
        if found >= 0:
            return position + found + 1
    return 0
