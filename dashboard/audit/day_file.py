"""The append-only file of one day."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dashboard.audit.regular_file import open_regular

sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
"""Waits until the content of a file is on the disk."""


class DayFile:
    """The day's file of a trail, open for appending."""

    def __init__(self, path: Path) -> None:
        """Raises OSError if it cannot be opened for appending."""
        self.path = path
        self._fd = open_regular(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._size = os.fstat(self._fd).st_size

    def is_unchanged(self) -> bool:
        """True unless another process has moved, truncated or extended the file."""
        try:
            at_path, opened = os.stat(self.path), os.fstat(self._fd)
        except OSError:
            return False
        return at_path.st_size == self._size and os.path.samestat(at_path, opened)

    def append(self, line: bytes) -> None:
        """Appends the whole line. Raises OSError after it has removed a partly written line."""
        written = 0
        try:
            while written < len(line):  # one write, more only if the disk took a part
                written += os.write(self._fd, line[written:])
        except OSError:
            with suppress(OSError):  # a torn line that stays is repaired when the trail is opened again
                os.ftruncate(self._fd, self._size)
            raise
        self._size += len(line)

    def sync(self) -> None:
        """Waits until the content is on the disk. Raises OSError."""
        sync(self._fd)

    def close(self) -> None:
        """Closes the file without a sync."""
        with suppress(OSError):
            os.close(self._fd)


def sync_directory(directory: Path) -> None:
    """Waits until the names of the directory's files are on the disk. Does nothing on Windows."""
    if os.name == "posix":
        fd = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
